using Provenance.Attestor.Bundles;
using Provenance.Attestor.Transparency;

namespace Provenance.Attestor.Witnesses;

/// <summary>A signature with what has been gathered for its bundle so far. Used by one caller at a time.</summary>
internal sealed class UnfinishedSignature
{
    /// <summary>The instance under which it was begun, whose services witness it.</summary>
    public required SigstoreInstance Instance { get; init; }

    /// <summary>What was signed, with the signature.</summary>
    public required SignedContent Content { get; init; }

    /// <summary>Who signed.</summary>
    public required LoggedSigner Signer { get; init; }

    /// <summary>The hint at the key; null where a certificate signed.</summary>
    public required string? KeyHint { get; init; }

    /// <summary>Until when it is worth finishing.</summary>
    public required DateTimeOffset UsableUntil { get; init; }

    /// <summary>The answers of time stamping authorities, by their addresses.</summary>
    public Dictionary<Uri, ReadOnlyMemory<byte>> Timestamps { get; } = [];

    /// <summary>The entries in transparency logs, by the logs' addresses.</summary>
    public Dictionary<Uri, LogEntry> Entries { get; } = [];

    /// <summary>What the bundle says beside the signature.</summary>
    public BundleMaterial ToMaterial() => new()
    {
        MediaType = Bundle.MediaTypeV03,
        Version = 3,
        KeyHint = KeyHint,
        Certificates = Signer.IsCertificate ? [Signer.Encoded] : [],
        LogEntries = [.. Entries.Values],
        Timestamps = [.. Timestamps.Values],
    };
}
