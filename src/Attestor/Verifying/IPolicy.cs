namespace Provenance.Attestor.Verifying;

/// <summary>Requirements for the artifacts that it covers, all of which must be met. Made from a key or from a policy file.</summary>
public interface IPolicy
{
    /// <summary>The name, for reports.</summary>
    string Name { get; }

    /// <summary>What follows when it is not met.</summary>
    PolicyMode Mode { get; }

    /// <summary>The requirements, one at least.</summary>
    IReadOnlyList<Requirement> Requirements { get; }

    /// <summary>Whether it covers an artifact: a repository <c>host/name</c> without tag and digest, or a name that the caller gave; null where there is none.</summary>
    bool Covers(string? artifactName);
}
