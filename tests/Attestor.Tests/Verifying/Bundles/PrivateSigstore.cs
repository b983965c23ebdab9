using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>A Sigstore instance in memory: a certificate authority, a certificate log, and a transparency log of version 1 with one entry.</summary>
internal sealed class PrivateSigstore
{
    public const string Identity = "https://ci.example.com/org/app/.ci/build.yml@refs/heads/main";
    public const string Issuer = "https://token.example.com";

    private const string PromiseExtension = "1.3.6.1.4.1.11129.2.4.2";

    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero);

    private readonly ECDsa issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa certificateLogKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa logKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 root;
    private readonly X509Certificate2 issuer;

    /// <summary>An instance.</summary>
    /// <param name="below">How the authority that issues certificates differs from a sound one; null where the root issues them itself.</param>
    public PrivateSigstore(IntermediateOptions? below = null)
    {
        var rootKey = below is null ? issuerKey : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=private authority", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, below is null or { IsTooDeep: true } ? 0 : 1, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        root = request.CreateSelfSigned(Start.AddDays(-1), Start.AddYears(1));
        issuer = below is null ? root : below.Issue(root, rootKey, issuerKey, Start);
    }

    /// <summary>When the log of a bundle takes the entry, within the ten minutes of its certificate.</summary>
    public static DateTimeOffset SignedAt { get; } = Start.AddMinutes(2);

    /// <summary>The DER of the root certificate.</summary>
    public byte[] RootCertificate => root.RawData;

    /// <summary>The DER of the certificate that issues others.</summary>
    public byte[] IssuingCertificate => issuer.RawData;

    /// <summary>The trusted root as JSON, for a test to change.</summary>
    public JsonObject TrustedRootJson() => new()
    {
        ["mediaType"] = "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        ["tlogs"] = new JsonArray(Log("https://log.example.com", logKey)),
        ["certificateAuthorities"] = new JsonArray(new JsonObject
        {
            ["subject"] = new JsonObject { ["commonName"] = "private authority" },
            ["certChain"] = new JsonObject { ["certificates"] = Chain() },
            ["validFor"] = new JsonObject { ["start"] = "2026-01-01T00:00:00Z" },
        }),
        ["ctlogs"] = new JsonArray(Log("https://ct.example.com", certificateLogKey)),
    };

    public TrustedRoot TrustedRoot() => Provenance.Attestor.Trust.TrustedRoot.Parse(Encoding.UTF8.GetBytes(TrustedRootJson().ToJsonString()));

    /// <summary>A certificate that lasts ten minutes.</summary>
    public byte[] Issue(LeafOptions options)
    {
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] &= 0x7F;
        byte[] before = Issue(options, serial, null).RawData;
        return options.WithPromise ? Issue(options, serial, Promise(before, options.PromiseAlgorithm)).RawData : before;
    }

    /// <summary>A bundle of version 0.3 over a statement, logged at a time.</summary>
    /// <param name="statement">The payload.</param>
    /// <param name="options">What the certificate is like.</param>
    /// <param name="at">When the log takes the entry.</param>
    /// <param name="payloadType">What the payload is said to be.</param>
    /// <param name="signed">What is signed instead of the payload's encoding.</param>
    public JsonObject Sign(
        byte[] statement, LeafOptions? options = null, DateTimeOffset? at = null, string payloadType = Envelope.StatementPayloadType, byte[]? signed = null)
    {
        byte[] certificate = Issue(options ?? new LeafOptions());
        byte[] signature = Sign(leafKey, signed ?? PreAuthenticationEncoding.Of(payloadType, statement));
        return new JsonObject
        {
            ["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.3+json",
            ["verificationMaterial"] = new JsonObject
            {
                ["certificate"] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(certificate) },
                ["tlogEntries"] = new JsonArray(Enter(statement, signature, new string(PemEncoding.Write("CERTIFICATE", certificate)) + "\n", at ?? SignedAt)),
            },
            ["dsseEnvelope"] = new JsonObject
            {
                ["payload"] = Convert.ToBase64String(statement),
                ["payloadType"] = payloadType,
                ["signatures"] = new JsonArray(new JsonObject { ["sig"] = Convert.ToBase64String(signature) }),
            },
        };
    }

    /// <summary>A bundle of version 0.3 over a statement, signed with a key and logged at a time.</summary>
    public JsonObject Sign(byte[] statement, KeySigner signer, DateTimeOffset at)
    {
        var bundle = (JsonObject)JsonNode.Parse(Forgery.Bundle(statement, signer))!;
        byte[] signature = Bundle.Parse(Encoding.UTF8.GetBytes(bundle.ToJsonString())).Envelope.Signatures[0].Value.ToArray();
        bundle["verificationMaterial"]!["tlogEntries"] = new JsonArray(Enter(statement, signature, signer.PublicKey.ToPem(), at));
        return bundle;
    }

    /// <summary>An entry of the log about a signature over a statement, by the signer whose PEM is given.</summary>
    public JsonObject Enter(byte[] statement, byte[] signature, string pem, DateTimeOffset at)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = "0.0.1",
            ["kind"] = "dsse",
            ["spec"] = new JsonObject
            {
                ["payloadHash"] = new JsonObject { ["algorithm"] = "sha256", ["value"] = Convert.ToHexStringLower(SHA256.HashData(statement)) },
                ["signatures"] = new JsonArray(new JsonObject
                {
                    ["signature"] = Convert.ToBase64String(signature),
                    ["verifier"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)),
                }),
            },
        };
        return Enter(body, at);
    }

    /// <summary>An entry of the log with any body.</summary>
    public JsonObject Enter(JsonObject body, DateTimeOffset at)
    {
        byte[] leaf = Encoding.UTF8.GetBytes(body.ToJsonString());
        string hash = Convert.ToBase64String(SHA256.HashData([0, .. leaf]));
        string note = $"log.example.com - 1\n1\n{hash}\n";
        byte[] noteSignature = [.. Id(logKey)[..4], .. Sign(logKey, Encoding.UTF8.GetBytes(note))];
        string time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string promised = $$"""{"body":"{{Convert.ToBase64String(leaf)}}","integratedTime":{{time}},"logID":"{{Convert.ToHexStringLower(Id(logKey))}}","logIndex":7}""";
        return new JsonObject
        {
            ["logIndex"] = "7",
            ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(Id(logKey)) },
            ["kindVersion"] = new JsonObject { ["kind"] = (string)body["kind"]!, ["version"] = (string)body["apiVersion"]! },
            ["integratedTime"] = time,
            ["inclusionPromise"] = new JsonObject { ["signedEntryTimestamp"] = Convert.ToBase64String(Sign(logKey, Encoding.ASCII.GetBytes(promised))) },
            ["inclusionProof"] = new JsonObject
            {
                ["rootHash"] = hash,
                ["treeSize"] = "1",
                ["checkpoint"] = new JsonObject { ["envelope"] = $"{note}\n\u2014 log.example.com {Convert.ToBase64String(noteSignature)}\n" },
            },
            ["canonicalizedBody"] = Convert.ToBase64String(leaf),
        };
    }

    private JsonArray Chain() => new([.. new[] { issuer, root }.Distinct().Select(static certificate => (JsonNode)new JsonObject { ["rawBytes"] = Convert.ToBase64String(certificate.RawData) })]);

    private static byte[] Id(ECDsa key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo());

    private static byte[] Sign(ECDsa key, byte[] content) => key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    private static JsonObject Log(string url, ECDsa key) => new()
    {
        ["baseUrl"] = url,
        ["hashAlgorithm"] = "SHA2_256",
        ["publicKey"] = new JsonObject
        {
            ["rawBytes"] = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()),
            ["keyDetails"] = "PKIX_ECDSA_P256_SHA_256",
            ["validFor"] = new JsonObject { ["start"] = "2026-01-01T00:00:00Z", ["end"] = "2026-12-31T23:59:59Z" },
        },
        ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(Id(key)) },
    };

    private X509Certificate2 Issue(LeafOptions options, byte[] serial, byte[]? promise)
    {
        var request = new CertificateRequest(new X500DistinguishedName(""), leafKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        if (options.IsAuthority)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        }

        if (options.Purpose is { } purpose)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        }

        if (options.Subject is { } subject)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddUri(new Uri(subject));
            if (options.SecondSubject is { } second)
            {
                names.AddUri(new Uri(second));
            }

            request.CertificateExtensions.Add(names.Build(critical: true));
        }

        Add(request, "1.3.6.1.4.1.57264.1.1", options.OldIssuer is { } old ? Encoding.UTF8.GetBytes(old) : null);
        Add(request, "1.3.6.1.4.1.57264.1.8", options.Issuer is { } issuer ? Utf8String(issuer) : null);
        Add(request, options.CriticalExtension, options.CriticalExtension is null ? null : Utf8String("critical"), isCritical: true);
        Add(request, PromiseExtension, promise);
        return request.Create(this.issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), Start, Start.AddMinutes(10), serial);
    }

    private static void Add(CertificateRequest request, string? oid, byte[]? value, bool isCritical = false)
    {
        if (value is not null)
        {
            request.CertificateExtensions.Add(new X509Extension(oid!, value, isCritical));
        }
    }

    private static byte[] Utf8String(string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
        return writer.Encode();
    }

    // The promise of the certificate log for a certificate that does not hold it yet (RFC 6962, section 3.2).
    private byte[] Promise(byte[] certificate, byte algorithm)
    {
        byte[] body = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().ToArray();
        byte[] time = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, Start.ToUnixTimeMilliseconds());
        byte[] signature = Sign(certificateLogKey, [0, 0, .. time, 0, 1, .. Id(issuerKey), .. Length(body.Length)[1..], .. body, 0, 0]);
        byte[] promise = [0, .. Id(certificateLogKey), .. time, 0, 0, 4, algorithm, .. Length(signature.Length)[2..], .. signature];
        byte[] list = [.. Length(promise.Length + 2)[2..], .. Length(promise.Length)[2..], .. promise];
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(list);
        return writer.Encode();
    }

    private static byte[] Length(int length)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        return bytes;
    }
}
