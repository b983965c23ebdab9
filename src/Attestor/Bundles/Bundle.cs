using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Bundles;

/// <summary>
/// A Sigstore bundle that carries a DSSE envelope (sigstore/protobuf-specs, sigstore_bundle.proto; versions 0.1 to 0.3).
/// Reading one verifies nothing: transparency log entries and timestamps are counted only.
/// </summary>
public sealed record Bundle
{
    /// <summary>The media type that we write, and the artifact and layer type in a registry.</summary>
    public const string MediaTypeV03 = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /// <summary>What the media type of every bundle version begins with.</summary>
    public const string MediaTypePrefix = "application/vnd.dev.sigstore.bundle";

    /// <summary>How large a bundle may be: 8 MiB.</summary>
    public const int MaximumSize = 8 << 20;

    private const string What = "bundle";
    private const int MaximumEntries = 32;

    private Bundle()
    {
    }

    /// <summary>The media type, exactly as written.</summary>
    public required string MediaType { get; init; }

    /// <summary>An unauthenticated hint at the key; null for a bundle with a certificate or without a hint.</summary>
    public required string? KeyHint { get; init; }

    /// <summary>The DER of the signing certificate; null for a bundle signed with a key.</summary>
    public required ReadOnlyMemory<byte>? Certificate { get; init; }

    /// <summary>What was signed, with exactly one signature.</summary>
    public required Envelope Envelope { get; init; }

    /// <summary>How many transparency log entries the bundle carries; not verified.</summary>
    public required int TransparencyLogEntries { get; init; }

    /// <summary>How many RFC 3161 timestamps the bundle carries; not verified.</summary>
    public required int Timestamps { get; init; }

    /// <summary>The exact bytes that were read.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Reads the JSON of a bundle.</summary>
    /// <exception cref="EvidenceException">
    /// <c>LIMIT</c>, <c>JSON_INVALID</c>, <c>JSON_DUPLICATE</c>, <c>BASE64</c>, <c>SIG_COUNT</c>, <c>BUNDLE_VERSION</c> or <c>BUNDLE_CONTENT</c>.
    /// </exception>
    public static Bundle Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaximumSize)
        {
            throw new EvidenceException("LIMIT", $"The {What} has {utf8.Length} bytes; at most {MaximumSize} are read.");
        }

        using var document = StrictJson.ParseObject(utf8, What);
        var root = document.RootElement;
        StrictJson.RefuseUnknown(root, What, ["mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature"]);
        string mediaType = StrictJson.GetText(root, "mediaType", What);
        bool isV03 = CheckVersion(mediaType);
        if (root.TryGetProperty("messageSignature", out _))
        {
            throw new EvidenceException("BUNDLE_CONTENT", "The bundle holds a message signature, which says nothing about an artifact's origin; an attestation (dsseEnvelope) is needed.");
        }

        var envelope = Envelope.Read(StrictJson.Get(root, "dsseEnvelope", JsonValueKind.Object, What));
        if (envelope.Signatures.Count is not 1)
        {
            throw new EvidenceException("SIG_COUNT", $"The envelope of the bundle has {envelope.Signatures.Count} signatures; a bundle has exactly one.");
        }

        var material = StrictJson.Get(root, "verificationMaterial", JsonValueKind.Object, What);
        var (hint, certificate) = ReadSigner(material, isV03);
        return new Bundle
        {
            MediaType = mediaType,
            KeyHint = hint,
            Certificate = certificate,
            Envelope = envelope,
            TransparencyLogEntries = Count(material, "tlogEntries"),
            Timestamps = CountTimestamps(material),
            Content = utf8,
        };
    }

    private static bool CheckVersion(string mediaType) => mediaType switch
    {
        MediaTypeV03 or "application/vnd.dev.sigstore.bundle+json;version=0.3" => true,
        "application/vnd.dev.sigstore.bundle+json;version=0.1" or "application/vnd.dev.sigstore.bundle+json;version=0.2" => false,
        _ => throw new EvidenceException("BUNDLE_VERSION", $"The bundle's media type is \"{StrictJson.Excerpt(mediaType)}\"; versions 0.1, 0.2 and 0.3 are read."),
    };

    private static (string? Hint, ReadOnlyMemory<byte>? Certificate) ReadSigner(JsonElement material, bool isV03)
    {
        const string Where = "verification material of the bundle";
        StrictJson.RefuseUnknown(material, Where, ["publicKey", "certificate", "x509CertificateChain", "tlogEntries", "timestampVerificationData"]);
        var key = StrictJson.Find(material, "publicKey", JsonValueKind.Object, Where);
        var certificate = StrictJson.Find(material, "certificate", JsonValueKind.Object, Where);
        var chain = StrictJson.Find(material, "x509CertificateChain", JsonValueKind.Object, Where);
        switch (key, certificate, chain)
        {
            case ({ } only, null, null):
                StrictJson.RefuseUnknown(only, "public key of the bundle", ["hint"]);
                string? hint = StrictJson.Find(only, "hint", JsonValueKind.String, "public key of the bundle")?.GetString();
                return (string.IsNullOrEmpty(hint) ? null : hint, null);
            case (null, { } only, null) when isV03:
                return (null, ReadCertificate(only));
            case (null, null, { } only) when !isV03:
                StrictJson.RefuseUnknown(only, "certificate chain of the bundle", ["certificates"]);
                var certificates = StrictJson.Get(only, "certificates", JsonValueKind.Array, "certificate chain of the bundle");
                if (certificates.GetArrayLength() is 0 or > MaximumEntries)
                {
                    throw new EvidenceException("LIMIT", $"The bundle has {certificates.GetArrayLength()} certificates; 1 to {MaximumEntries} are read.");
                }

                return (null, certificates.EnumerateArray().Select(ReadCertificate).ToArray()[0]);
            default:
                throw new EvidenceException(
                    "BUNDLE_CONTENT",
                    "The bundle must name its signer in exactly one way: publicKey, or certificate (version 0.3), or x509CertificateChain (versions 0.1 and 0.2).");
        }
    }

    private static ReadOnlyMemory<byte> ReadCertificate(JsonElement value)
    {
        const string Where = "certificate of the bundle";
        if (value.ValueKind is not JsonValueKind.Object)
        {
            throw new EvidenceException("JSON_INVALID", $"The {Where} is no JSON object.");
        }

        StrictJson.RefuseUnknown(value, Where, ["rawBytes"]);
        return StrictJson.GetBytes(value, "rawBytes", Where);
    }

    private static int CountTimestamps(JsonElement material)
    {
        const string Where = "timestamp data of the bundle";
        if (StrictJson.Find(material, "timestampVerificationData", JsonValueKind.Object, Where) is not { } data)
        {
            return 0;
        }

        StrictJson.RefuseUnknown(data, Where, ["rfc3161Timestamps"]);
        return Count(data, "rfc3161Timestamps");
    }

    private static int Count(JsonElement value, string name)
    {
        int count = StrictJson.Find(value, name, JsonValueKind.Array, "verification material of the bundle")?.GetArrayLength() ?? 0;
        return count <= MaximumEntries
            ? count
            : throw new EvidenceException("LIMIT", $"The bundle has {count} {name}; at most {MaximumEntries} are read.");
    }
}
