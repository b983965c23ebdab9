using System.Security.Cryptography;
using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Bundles;

/// <summary>Reads the JSON of bundles strictly, as Go's protojson does: unknown fields are refused.</summary>
internal static class BundleReader
{
    private const string What = "bundle";

    /// <summary>Reads a bundle: exactly one of the two contents is there.</summary>
    /// <exception cref="EvidenceException">
    /// <c>LIMIT</c>, <c>JSON_INVALID</c>, <c>JSON_DUPLICATE</c>, <c>BASE64</c>, <c>SIG_COUNT</c>, <c>BUNDLE_VERSION</c> or <c>BUNDLE_CONTENT</c>.
    /// </exception>
    public static (BundleMaterial Material, Envelope? Envelope, SignedMessage? Message) Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > Bundle.MaximumSize)
        {
            throw new EvidenceException("LIMIT", $"The {What} has {utf8.Length} bytes; at most {Bundle.MaximumSize} are read.");
        }

        using var document = StrictJson.ParseObject(utf8, What);
        var root = document.RootElement;
        StrictJson.RefuseUnknown(root, What, ["mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature"]);
        string mediaType = StrictJson.GetText(root, "mediaType", What);
        int version = VersionOf(mediaType);
        var envelope = StrictJson.Find(root, "dsseEnvelope", JsonValueKind.Object, What);
        var message = StrictJson.Find(root, "messageSignature", JsonValueKind.Object, What);
        if (envelope is null == message is null)
        {
            throw new EvidenceException("BUNDLE_CONTENT", "The bundle must hold either an attestation (dsseEnvelope) or a plain signature (messageSignature), and not both.");
        }

        return (
            BundleMaterialReader.Read(StrictJson.Get(root, "verificationMaterial", JsonValueKind.Object, What), mediaType, version),
            envelope is { } signed ? ReadEnvelope(signed) : null,
            message is { } plain ? ReadMessage(plain) : null);
    }

    private static Envelope ReadEnvelope(JsonElement value)
    {
        var envelope = Envelope.Read(value, isBare: false);
        return envelope.Signatures.Count is 1
            ? envelope
            : throw new EvidenceException("SIG_COUNT", $"The envelope of the bundle has {envelope.Signatures.Count} signatures; a bundle has exactly one.");
    }

    private static SignedMessage ReadMessage(JsonElement value)
    {
        const string Where = "message signature of the bundle";
        StrictJson.RefuseUnknown(value, Where, ["messageDigest", "signature"]);
        var stated = StrictJson.Get(value, "messageDigest", JsonValueKind.Object, Where);
        StrictJson.RefuseUnknown(stated, Where, ["algorithm", "digest"]);
        string algorithm = StrictJson.GetText(stated, "algorithm", Where);
        byte[] signature = StrictJson.GetBytes(value, "signature", Where);
        if (signature.Length is 0 or > Envelope.LongestSignature)
        {
            throw new EvidenceException("SIG_INVALID", $"The {Where} has {signature.Length} bytes.");
        }

        var hash = algorithm switch
        {
            "SHA2_256" => HashAlgorithmName.SHA256,
            "SHA2_384" => HashAlgorithmName.SHA384,
            "SHA2_512" => HashAlgorithmName.SHA512,
            _ => throw new EvidenceException("BUNDLE_CONTENT", $"The {Where} has a digest of the algorithm \"{StrictJson.Excerpt(algorithm)}\"; SHA2_256, SHA2_384 and SHA2_512 are read."),
        };
        return new SignedMessage(hash, StrictJson.GetBytes(stated, "digest", Where), signature);
    }

    private static int VersionOf(string mediaType) => mediaType switch
    {
        Bundle.MediaTypeV03 or "application/vnd.dev.sigstore.bundle+json;version=0.3" => 3,
        "application/vnd.dev.sigstore.bundle+json;version=0.2" => 2,
        "application/vnd.dev.sigstore.bundle+json;version=0.1" => 1,
        _ => throw new EvidenceException("BUNDLE_VERSION", $"The bundle's media type is \"{StrictJson.Excerpt(mediaType)}\"; versions 0.1, 0.2 and 0.3 are read."),
    };
}
