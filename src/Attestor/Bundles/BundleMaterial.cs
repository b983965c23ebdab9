namespace Provenance.Attestor.Bundles;

/// <summary>Who is said to have signed a bundle and when, with the proofs (sigstore_bundle.proto, VerificationMaterial); as read, not verified.</summary>
public sealed record BundleMaterial
{
    /// <summary>The media type, exactly as written.</summary>
    public required string MediaType { get; init; }

    /// <summary>The minor version: 1, 2 or 3.</summary>
    public required int Version { get; init; }

    /// <summary>An unauthenticated hint at the key; null for a bundle with a certificate or without a hint.</summary>
    public required string? KeyHint { get; init; }

    /// <summary>The DER of the signing certificate and, in versions 0.1 and 0.2, of those after it; empty for a bundle signed with a key.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; init; }

    /// <summary>Transparency log entries.</summary>
    public required IReadOnlyList<LogEntry> LogEntries { get; init; }

    /// <summary>RFC 3161 answers of time stamping authorities.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Timestamps { get; init; }
}
