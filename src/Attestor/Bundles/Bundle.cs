using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Bundles;

/// <summary>
/// A Sigstore bundle that carries a DSSE envelope (sigstore/protobuf-specs, sigstore_bundle.proto; versions 0.1 to 0.3).
/// Reading one verifies nothing.
/// </summary>
public sealed record Bundle
{
    /// <summary>The media type that we write, and the artifact and layer type in a registry.</summary>
    public const string MediaTypeV03 = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /// <summary>What the media type of every bundle version begins with.</summary>
    public const string MediaTypePrefix = "application/vnd.dev.sigstore.bundle";

    /// <summary>How large a bundle may be: 8 MiB.</summary>
    public const int MaximumSize = 8 << 20;

    private Bundle()
    {
    }

    /// <summary>Who is said to have signed and when.</summary>
    public required BundleMaterial Material { get; init; }

    /// <summary>What was signed, with exactly one signature.</summary>
    public required Envelope Envelope { get; init; }

    /// <summary>The media type, exactly as written.</summary>
    public string MediaType => Material.MediaType;

    /// <summary>An unauthenticated hint at the key; null for a bundle with a certificate or without a hint.</summary>
    public string? KeyHint => Material.KeyHint;

    /// <summary>The DER of the signing certificate; null for a bundle signed with a key.</summary>
    public ReadOnlyMemory<byte>? Certificate => Material.Certificates.Count > 0 ? Material.Certificates[0] : (ReadOnlyMemory<byte>?)null;

    /// <summary>The exact bytes that were read.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Reads the JSON of a bundle.</summary>
    /// <exception cref="EvidenceException">
    /// <c>LIMIT</c>, <c>JSON_INVALID</c>, <c>JSON_DUPLICATE</c>, <c>BASE64</c>, <c>SIG_COUNT</c>, <c>TLOG_PROOF</c>, <c>BUNDLE_VERSION</c> or <c>BUNDLE_CONTENT</c>.
    /// </exception>
    public static Bundle Parse(ReadOnlyMemory<byte> utf8)
    {
        var (material, envelope, _) = BundleReader.Read(utf8);
        return new Bundle
        {
            Material = material,
            Envelope = envelope ?? throw new EvidenceException(
                "BUNDLE_CONTENT", "The bundle holds a message signature, which says nothing about an artifact's origin; an attestation (dsseEnvelope) is needed."),
            Content = utf8,
        };
    }
}
