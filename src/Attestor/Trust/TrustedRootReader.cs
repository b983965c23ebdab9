using System.Text.Json;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Trust;

/// <summary>Reads trusted roots strictly: unknown fields, missing starts and broken chains are refused.</summary>
internal static class TrustedRootReader
{
    private const string What = "trusted root";
    private const int MaximumItems = 64;

    public static TrustedRoot Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > TrustedRoot.MaximumSize)
        {
            throw new EvidenceException("LIMIT", $"The {What} has {utf8.Length} bytes; at most {TrustedRoot.MaximumSize} are read.");
        }

        using var document = StrictJson.ParseObject(utf8, What);
        var root = document.RootElement;
        StrictJson.RefuseUnknown(root, What, ["mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"]);
        string mediaType = StrictJson.GetText(root, "mediaType", What);
        if (mediaType is not ("application/vnd.dev.sigstore.trustedroot+json;version=0.1"
            or "application/vnd.dev.sigstore.trustedroot+json;version=0.2"
            or "application/vnd.dev.sigstore.trustedroot.v0.2+json"))
        {
            throw Invalid($"its media type is \"{StrictJson.Excerpt(mediaType)}\"; versions 0.1 and 0.2 are read");
        }

        return new TrustedRoot
        {
            MediaType = mediaType,
            Logs = ReadLogs(root, "tlogs"),
            CertificateAuthorities = ReadAuthorities(root, "certificateAuthorities", TrustedAuthority.OfCertificates),
            CertificateLogs = ReadLogs(root, "ctlogs"),
            TimestampAuthorities = ReadAuthorities(root, "timestampAuthorities", TrustedAuthority.OfTimestamps),
        };
    }

    private static List<TrustedLog> ReadLogs(JsonElement root, string name)
    {
        var logs = new List<TrustedLog>();
        foreach (var log in Items(root, name, What))
        {
            logs.Add(ReadLog(log, $"{name}[{logs.Count}]"));
        }

        return logs.DistinctBy(static log => Convert.ToHexString(log.Id.Span)).Count() == logs.Count
            ? logs
            : throw Invalid($"two of its {name} have the same id");
    }

    private static TrustedLog ReadLog(JsonElement value, string name)
    {
        string where = $"{name} of the {What}";
        RequireObject(value, where);
        StrictJson.RefuseUnknown(value, where, ["baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator"]);
        if (StrictJson.GetText(value, "hashAlgorithm", where) is not "SHA2_256" and var hash)
        {
            throw Invalid($"{name} has the hash algorithm \"{StrictJson.Excerpt(hash)}\"; SHA2_256 is supported");
        }

        var publicKey = StrictJson.Get(value, "publicKey", JsonValueKind.Object, where);
        StrictJson.RefuseUnknown(publicKey, where, ["rawBytes", "keyDetails", "validFor"]);
        byte[] id = ReadId(StrictJson.Get(value, "logId", JsonValueKind.Object, where), where);
        byte[] hint = StrictJson.Find(value, "checkpointKeyId", JsonValueKind.Object, where) is { } own ? ReadId(own, where) : id;
        if (id.Length is not 32 || hint.Length < 4)
        {
            throw Invalid($"{name} has an id of {id.Length} bytes where 32 are needed");
        }

        return new TrustedLog
        {
            BaseUrl = ReadUri(StrictJson.GetText(value, "baseUrl", where), name),
            Key = ReadKey(StrictJson.GetBytes(publicKey, "rawBytes", where), StrictJson.GetText(publicKey, "keyDetails", where), name),
            Id = id,
            ValidFor = ReadWindow(StrictJson.Get(publicKey, "validFor", JsonValueKind.Object, where), name),
            KeyHint = hint.AsMemory(0, 4),
        };
    }

    private static SignatureKey ReadKey(byte[] der, string details, string name)
    {
        try
        {
            // The one value that says that the key stands without its algorithm (PKCS #1).
            var key = details is "PKCS1_RSA_PKCS1V5" ? SignatureKey.FromRsaPublicKey(der) : SignatureKey.FromSubjectPublicKeyInfo(der);
            bool agree = key.Algorithm switch
            {
                "ECDSA P-256" => details is "PKIX_ECDSA_P256_SHA_256",
                "ECDSA P-384" => details is "PKIX_ECDSA_P384_SHA_384",
                "ECDSA P-521" => details is "PKIX_ECDSA_P521_SHA_512",
                "Ed25519" => details is "PKIX_ED25519",
                var rsa => details is "PKIX_RSA_PKCS1V5" or "PKCS1_RSA_PKCS1V5" || details == $"PKIX_RSA_PKCS1V15_{rsa[4..]}_SHA256",
            };
            return agree ? key : throw Invalid($"the key of {name} is {key.Algorithm}, but keyDetails says \"{StrictJson.Excerpt(details)}\"");
        }
        catch (KeyException e)
        {
            throw new EvidenceException("TRUST_ROOT_INVALID", $"The {What} cannot be used: the key of {name}: {e.Message}", e);
        }
    }

    private static List<TrustedAuthority> ReadAuthorities(
        JsonElement root, string name, Func<string, Uri?, IReadOnlyList<Certificate>, ValidityWindow, TrustedAuthority> make)
    {
        var authorities = new List<TrustedAuthority>();
        foreach (var authority in Items(root, name, What))
        {
            authorities.Add(ReadAuthority(authority, $"{name}[{authorities.Count}]", make));
        }

        return authorities;
    }

    private static TrustedAuthority ReadAuthority(
        JsonElement value, string name, Func<string, Uri?, IReadOnlyList<Certificate>, ValidityWindow, TrustedAuthority> make)
    {
        string where = $"{name} of the {What}";
        RequireObject(value, where);
        StrictJson.RefuseUnknown(value, where, ["subject", "uri", "certChain", "validFor", "operator"]);
        string title = name;
        if (StrictJson.Find(value, "subject", JsonValueKind.Object, where) is { } subject)
        {
            StrictJson.RefuseUnknown(subject, where, ["organization", "commonName"]);
            string?[] parts =
            [
                StrictJson.Find(subject, "commonName", JsonValueKind.String, where)?.GetString(),
                StrictJson.Find(subject, "organization", JsonValueKind.String, where)?.GetString(),
            ];
            title = string.Join(", ", parts.Where(static part => !string.IsNullOrEmpty(part)).DefaultIfEmpty(name));
        }

        var chain = StrictJson.Get(value, "certChain", JsonValueKind.Object, where);
        StrictJson.RefuseUnknown(chain, where, ["certificates"]);
        var certificates = new List<Certificate>();
        foreach (var certificate in Items(chain, "certificates", where))
        {
            RequireObject(certificate, where);
            StrictJson.RefuseUnknown(certificate, where, ["rawBytes"]);
            certificates.Add(Certificate.Parse(StrictJson.GetBytes(certificate, "rawBytes", where)));
        }

        string? uri = StrictJson.Find(value, "uri", JsonValueKind.String, where)?.GetString();
        return make(
            title,
            string.IsNullOrEmpty(uri) ? null : ReadUri(uri, name),
            certificates,
            ReadWindow(StrictJson.Get(value, "validFor", JsonValueKind.Object, where), name));
    }

    private static byte[] ReadId(JsonElement value, string where)
    {
        StrictJson.RefuseUnknown(value, where, ["keyId"]);
        return StrictJson.GetBytes(value, "keyId", where);
    }

    private static ValidityWindow ReadWindow(JsonElement value, string name) => ValidityWindow.Read(value, $"validFor of {name} of the {What}");

    private static Uri ReadUri(string text, string name) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
            ? new Uri(text)
            : throw Invalid($"{name} has the address \"{StrictJson.Excerpt(text)}\", which is no http URL");

    private static JsonElement[] Items(JsonElement value, string name, string where)
    {
        if (StrictJson.Find(value, name, JsonValueKind.Array, where) is not { } items)
        {
            return [];
        }

        return items.GetArrayLength() <= MaximumItems
            ? StrictJson.Elements(items)
            : throw new EvidenceException("LIMIT", $"The {where} has {items.GetArrayLength()} {name}; at most {MaximumItems} are read.");
    }

    private static void RequireObject(JsonElement value, string where)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            throw new EvidenceException("JSON_INVALID", $"The {where} is no JSON object.");
        }
    }

    private static EvidenceException Invalid(string what) => new("TRUST_ROOT_INVALID", $"The {What} cannot be used: {what}.");
}
