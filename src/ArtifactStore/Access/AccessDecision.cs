namespace Provenance.ArtifactStore.Access;

/// <summary>What is to become of a request.</summary>
public enum AccessDecision
{
    /// <summary>It goes on.</summary>
    Allowed,

    /// <summary>Better credentials could allow it: 401 with a challenge.</summary>
    CredentialsNeeded,

    /// <summary>Its sender is known and may not: 403.</summary>
    Denied,
}
