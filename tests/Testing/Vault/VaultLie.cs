namespace Provenance.Testing.Vault;

/// <summary>What a <see cref="VaultServer"/> does wrong.</summary>
public enum VaultLie
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Signs with another version than was asked for, and says so.</summary>
    AnotherVersion,

    /// <summary>Signs with another version than was asked for, and hides it.</summary>
    AnotherVersionInDisguise,

    /// <summary>Signs another content.</summary>
    AnotherContent,

    /// <summary>Answers something that is no JSON.</summary>
    Malformed,

    /// <summary>Answers a JSON object that lacks everything, with the token in it.</summary>
    Empty,

    /// <summary>Refuses, and repeats the token in its reasons.</summary>
    Forbidden,

    /// <summary>Answers 500, and repeats the token in its reasons.</summary>
    Broken,

    /// <summary>Answers 429, and asks to be left alone for a minute.</summary>
    Busy,

    /// <summary>Is sealed.</summary>
    Sealed,

    /// <summary>Never answers.</summary>
    Silent,

    /// <summary>Answers without end.</summary>
    Oversized,

    /// <summary>Sends the client elsewhere.</summary>
    Elsewhere,
}
