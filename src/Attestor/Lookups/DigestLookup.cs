namespace Provenance.Attestor.Lookups;

/// <summary>Everything that is known of a digest: the bytes, the attestations, and the lineage in both directions.</summary>
public sealed record DigestLookup
{
    /// <summary>What was asked for, as <c>algorithm:hex</c>.</summary>
    public required string Digest { get; init; }

    /// <summary>The size in bytes; null where the store does not hold the content.</summary>
    public long? Size { get; init; }

    /// <summary>The media type, where the store holds it as a manifest.</summary>
    public string? MediaType { get; init; }

    /// <summary>The repositories that hold the content.</summary>
    public required IReadOnlyList<string> Repositories { get; init; }

    /// <summary>Attestations of the runs that made it: what it was made from is among their dependencies.</summary>
    public required IReadOnlyList<IndexedAttestation> MadeBy { get; init; }

    /// <summary>Attestations of runs in which it came up as a by-product.</summary>
    public required IReadOnlyList<IndexedAttestation> MadeOnTheWayBy { get; init; }

    /// <summary>Attestations of the runs that it went into: what was made from it is among their subjects.</summary>
    public required IReadOnlyList<IndexedAttestation> UsedBy { get; init; }

    /// <summary>Whether anything is known at all.</summary>
    public bool IsKnown => Size is not null || MadeBy.Count + MadeOnTheWayBy.Count + UsedBy.Count > 0;
}
