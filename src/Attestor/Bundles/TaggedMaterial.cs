using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Bundles;

/// <summary>
/// Reads what stands beside a bare envelope instead of a bundle: the annotations of its layer under cosign's older <c>.att</c> tag (cosign,
/// pkg/oci/static/signature.go), or the certificate that generators from before bundles put into the envelope itself.
/// </summary>
internal static class TaggedMaterial
{
    private const string Certificate = "dev.sigstore.cosign/certificate";
    private const string Bundle = "dev.sigstore.cosign/bundle";
    private const string Timestamp = "dev.sigstore.cosign/rfc3161timestamp";
    private const string Entry = "annotation " + Bundle;
    private const string Stamp = "annotation " + Timestamp;

    /// <summary>
    /// The material; null where there is none. The annotation <c>/chain</c> is not looked at: authorities come from the trusted root only.
    /// </summary>
    /// <exception cref="EvidenceException"><c>SIG_COUNT</c>, <c>CERT_INVALID</c>, <c>TLOG_PROOF</c>, or a code of malformed JSON.</exception>
    public static BundleMaterial? Read(Envelope envelope, IReadOnlyDictionary<string, string>? annotations)
    {
        string? certificate = Find(annotations, Certificate) ?? envelope.Signatures.Select(static s => s.Certificate).FirstOrDefault(static c => c is not null);
        string? entry = Find(annotations, Bundle);
        string? timestamp = Find(annotations, Timestamp);
        if (certificate is null && entry is null && timestamp is null)
        {
            return null;
        }

        if (envelope.Signatures.Count is not 1)
        {
            throw new EvidenceException("SIG_COUNT", $"The envelope has {envelope.Signatures.Count} signatures; beside a certificate or a log entry stands exactly one.");
        }

        return new BundleMaterial
        {
            MediaType = "",
            Version = 0,
            KeyHint = null,
            Certificates = certificate is null ? [] : [ReadCertificate(certificate)],
            LogEntries = entry is null ? [] : [ReadEntry(entry)],
            Timestamps = timestamp is null ? [] : [ReadTimestamp(timestamp)],
        };
    }

    private static string? Find(IReadOnlyDictionary<string, string>? annotations, string name) =>
        annotations?.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;

    private static ReadOnlyMemory<byte> ReadCertificate(string pem)
    {
        if (PemEncoding.TryFind(pem, out var fields)
            && pem[fields.Label] is "CERTIFICATE"
            && string.IsNullOrWhiteSpace(pem[..fields.Location.Start])
            && string.IsNullOrWhiteSpace(pem[fields.Location.End..])
            && StrictBase64.TryDecode(string.Concat(pem[fields.Base64Data].Where(static c => c is not ('\n' or '\r'))), out byte[]? der))
        {
            return der;
        }

        throw new EvidenceException("CERT_INVALID", "The certificate beside the envelope is not exactly one PEM block \"CERTIFICATE\".");
    }

    // What the log answered, as cosign keeps it: the promise, and the entry that it promises. There is no proof of inclusion.
    private static LogEntry ReadEntry(string json)
    {
        using var document = Parse(json, Entry);
        StrictJson.RefuseUnknown(document.RootElement, Entry, ["SignedEntryTimestamp", "Payload"]);
        byte[] promise = StrictJson.GetBytes(document.RootElement, "SignedEntryTimestamp", Entry);
        var payload = StrictJson.Get(document.RootElement, "Payload", JsonValueKind.Object, Entry);
        StrictJson.RefuseUnknown(payload, Entry, ["body", "integratedTime", "logIndex", "logID"]);
        byte[] body = StrictJson.GetBytes(payload, "body", Entry);
        using var logged = StrictJson.ParseObject(body, "body of the log entry");
        return new LogEntry
        {
            LogIndex = StrictJson.GetCount(payload, "logIndex", Entry),
            LogId = ReadLogId(StrictJson.GetText(payload, "logID", Entry)),
            Kind = StrictJson.GetText(logged.RootElement, "kind", "body of the log entry"),
            Version = StrictJson.GetText(logged.RootElement, "apiVersion", "body of the log entry"),
            IntegratedTime = StrictJson.GetCount(payload, "integratedTime", Entry),
            Promise = promise,
            Proof = null,
            Body = body,
        };
    }

    private static byte[] ReadLogId(string hex)
    {
        byte[] id = new byte[SHA256.HashSizeInBytes];
        return hex.Length == id.Length * 2 && hex.All(static c => char.IsAsciiHexDigitLower(c) || char.IsAsciiDigit(c))
            && Convert.FromHexString(hex, id, out _, out _) is System.Buffers.OperationStatus.Done
            ? id
            : throw new EvidenceException("JSON_INVALID", string.Create(CultureInfo.InvariantCulture, $"The logID of the {Entry} is not {id.Length * 2} hexadecimal digits."));
    }

    private static ReadOnlyMemory<byte> ReadTimestamp(string json)
    {
        using var document = Parse(json, Stamp);
        StrictJson.RefuseUnknown(document.RootElement, Stamp, ["SignedRFC3161Timestamp"]);
        return StrictJson.GetBytes(document.RootElement, "SignedRFC3161Timestamp", Stamp);
    }

    private static JsonDocument Parse(string json, string what) => StrictJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(json), what);
}
