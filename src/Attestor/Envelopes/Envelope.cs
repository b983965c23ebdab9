using System.Text.Json;

namespace Provenance.Attestor.Envelopes;

/// <summary>
/// A signed message (DSSE v1, envelope.md). The payload is kept as the exact bytes that were signed and is never written again.
/// Reading one says nothing about whether its signatures hold.
/// </summary>
public sealed record Envelope
{
    /// <summary>The payload type of in-toto statements, the only one that attestations may carry.</summary>
    public const string StatementPayloadType = "application/vnd.in-toto+json";

    /// <summary>How large a payload may be: 4 MiB.</summary>
    public const int MaximumPayloadSize = 4 << 20;

    /// <summary>How large the JSON of an envelope may be: a payload in base64 and some room.</summary>
    public const int MaximumSize = 8 << 20;

    /// <summary>How many signatures an envelope may carry.</summary>
    public const int MaximumSignatures = 16;

    /// <summary>How many bytes a signature may have.</summary>
    internal const int LongestSignature = 1024;

    private const string What = "DSSE envelope";

    private Envelope()
    {
    }

    /// <summary>What the payload is; covered by the signature.</summary>
    public required string PayloadType { get; init; }

    /// <summary>The signed bytes.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The signatures, one at least.</summary>
    public required IReadOnlyList<EnvelopeSignature> Signatures { get; init; }

    /// <summary>Reads the JSON of an envelope.</summary>
    /// <exception cref="EvidenceException"><c>LIMIT</c>, <c>JSON_INVALID</c>, <c>JSON_DUPLICATE</c>, <c>BASE64</c> or <c>SIG_COUNT</c>.</exception>
    public static Envelope Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaximumSize)
        {
            throw new EvidenceException("LIMIT", $"The {What} has {utf8.Length} bytes; at most {MaximumSize} are read.");
        }

        using var document = StrictJson.ParseObject(utf8, What);
        return Read(document.RootElement, isBare: true);
    }

    /// <summary>The bytes that every signature of this envelope covers.</summary>
    public byte[] ToSignedBytes() => PreAuthenticationEncoding.Of(PayloadType, Payload.Span);

    /// <summary>An envelope of a statement with one signature.</summary>
    internal static Envelope OfStatement(ReadOnlyMemory<byte> statement, ReadOnlyMemory<byte> signature) => new()
    {
        PayloadType = StatementPayloadType,
        Payload = statement,
        Signatures = [new EnvelopeSignature(signature, null)],
    };

    /// <summary>Reads an envelope inside a document that <see cref="StrictJson"/> parsed.</summary>
    /// <param name="value">The envelope.</param>
    /// <param name="isBare">Whether it stands by itself: only then may a signature bring its certificate along.</param>
    internal static Envelope Read(JsonElement value, bool isBare)
    {
        StrictJson.RefuseUnknown(value, What, ["payload", "payloadType", "signatures"]);
        byte[] payload = StrictJson.GetBytes(value, "payload", What);
        if (payload.Length > MaximumPayloadSize)
        {
            throw new EvidenceException("LIMIT", $"The payload of the {What} has {payload.Length} bytes; at most {MaximumPayloadSize} are read.");
        }

        return new Envelope
        {
            PayloadType = StrictJson.GetText(value, "payloadType", What),
            Payload = payload,
            Signatures = ReadSignatures(StrictJson.Get(value, "signatures", JsonValueKind.Array, What), isBare),
        };
    }

    private static EnvelopeSignature[] ReadSignatures(JsonElement values, bool isBare)
    {
        if (values.GetArrayLength() is 0 or > MaximumSignatures)
        {
            throw new EvidenceException("SIG_COUNT", $"The {What} has {values.GetArrayLength()} signatures; 1 to {MaximumSignatures} are read.");
        }

        var signatures = new List<EnvelopeSignature>();
        foreach (var value in values.EnumerateArray())
        {
            if (value.ValueKind is not JsonValueKind.Object)
            {
                throw new EvidenceException("JSON_INVALID", $"A signature of the {What} is no JSON object.");
            }

            StrictJson.RefuseUnknown(value, "signature of the " + What, isBare ? ["sig", "keyid", "cert"] : ["sig", "keyid"]);
            byte[] bytes = StrictJson.GetBytes(value, "sig", "signature of the " + What);
            if (bytes.Length is 0 or > LongestSignature)
            {
                throw new EvidenceException("SIG_INVALID", $"A signature of the {What} has {bytes.Length} bytes.");
            }

            string? keyId = StrictJson.Find(value, "keyid", JsonValueKind.String, "signature of the " + What)?.GetString();
            string? certificate = StrictJson.Find(value, "cert", JsonValueKind.String, "signature of the " + What)?.GetString();
            signatures.Add(new EnvelopeSignature(bytes, string.IsNullOrEmpty(keyId) ? null : keyId) { Certificate = string.IsNullOrEmpty(certificate) ? null : certificate });
        }

        return [.. signatures];
    }
}
