namespace Provenance.Attestor.Tuf;

/// <summary>What an update of a cache found. Exists only where everything held.</summary>
public sealed record TufUpdate
{
    /// <summary>The four roles, the root first.</summary>
    public required IReadOnlyList<RoleState> Roles { get; init; }

    /// <summary>The files that were asked for, as far as the repository has them.</summary>
    public required IReadOnlyList<TufTarget> Targets { get; init; }

    /// <summary>What of the cache could not be used and was fetched again.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }
}
