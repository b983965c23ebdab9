namespace Provenance.Attestor.Bundles;

/// <summary>A transparency log entry in a bundle (sigstore_rekor.proto, TransparencyLogEntry); as read, not verified.</summary>
public sealed record LogEntry
{
    /// <summary>The entry's place in the whole log.</summary>
    public required long LogIndex { get; init; }

    /// <summary>Which log, by the id that trusted roots give it.</summary>
    public required ReadOnlyMemory<byte> LogId { get; init; }

    /// <summary>What the body is, such as <c>dsse</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The version of that kind, such as <c>0.0.1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>When the log took the entry, in seconds since 1970; 0 where it does not say. Means something only under a verified promise.</summary>
    public required long IntegratedTime { get; init; }

    /// <summary>The log's signed promise (SET); null where there is none.</summary>
    public required ReadOnlyMemory<byte>? Promise { get; init; }

    /// <summary>The proof of inclusion; null where there is none.</summary>
    public required InclusionProof? Proof { get; init; }

    /// <summary>The entry itself, the leaf of the log's tree.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}
