namespace Provenance.ArtifactStore.Access.Passwords;

/// <summary>What became of a password.</summary>
internal enum PasswordCheck
{
    /// <summary>It is the user's.</summary>
    Right,

    /// <summary>It is not, or there is no such user: nobody is told which.</summary>
    Wrong,

    /// <summary>Too many are being checked already.</summary>
    Busy,
}
