using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Timestamps;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Tests.Timestamps;

public sealed class TimestampVerifierTests
{
    public static TheoryData<string, string> Faults { get; } = new()
    {
        { "none", "" },
        { "no attribute 0", "TIME_INVALID" },
        { "no attribute 1", "TIME_INVALID" },
        { "no attribute 2", "TIME_INVALID" },
        { "attribute 0 twice", "TIME_INVALID" },
        { "attribute 1 twice", "TIME_INVALID" },
        { "attribute 2 twice", "TIME_INVALID" },
        { "content type of data", "TIME_INVALID" },
        { "content type with two values", "TIME_INVALID" },
        { "content type without value", "TIME_INVALID" },
        { "digest of other bytes", "TIME_INVALID" },
        { "digest cut short", "TIME_INVALID" },
        { "certificate of other bytes", "TIME_INVALID" },
        { "certificate of version 1", "" },
        { "certificate of version 1 of other bytes", "TIME_INVALID" },
        { "certificate of version 1 of other bytes beside version 2", "TIME_INVALID" },
        { "certificate with SHA-512", "" },
        { "certificate with SHA-1 in version 2", "TIME_INVALID" },
        { "certificate with issuer", "" },
        { "certificate with another issuer", "TIME_INVALID" },
        { "certificate with another number", "TIME_INVALID" },
        { "encapsulated data", "TIME_INVALID" },
        { "no signer", "TIME_INVALID" },
        { "two signers", "TIME_INVALID" },
        { "by key identifier", "" },
        { "by key identifier in version 1", "TIME_INVALID" },
        { "by issuer in version 3", "TIME_INVALID" },
        { "digest by SHA-1", "TIME_INVALID" },
        { "signature with SHA-384", "TIME_INVALID" },
        { "signature by RSA", "TIME_INVALID" },
        { "signature of no known kind", "TIME_INVALID" },
        { "content of version 2", "TIME_INVALID" },
        { "imprint by SHA-1", "TIME_INVALID" },
        { "before the certificate", "TIME_INVALID" },
        { "critical extension", "TIME_INVALID" },
        { "other extension", "" },
        { "unsigned attribute", "" },
        { "attribute 0 unsigned", "TIME_INVALID" },
        { "attribute 1 unsigned", "TIME_INVALID" },
        { "attribute 2 unsigned", "TIME_INVALID" },
        { "status 1", "" },
        { "status 2", "TIME_INVALID" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_token_that_its_authority_signed_must_be_right_in_every_part(string fault, string code)
    {
        var token = new ForgedToken();
        Put(token, fault);

        Judge(token.Encode(), [ForgedToken.Stamped], [token.Authority]).Code.Should().Be(code);
    }

    [Fact]
    public void A_token_by_a_key_of_RSA_is_accepted_and_one_whose_purpose_is_not_critical_is_not()
    {
        var rsa = new ForgedToken(rsa: true) { Algorithm = "1.2.840.113549.1.1.1" };
        Judge(rsa.Encode(), [ForgedToken.Stamped], [rsa.Authority]).Should().Be(("", ForgedToken.Time));
        rsa.Algorithm = "1.2.840.10045.2.1";
        Judge(rsa.Encode(), [ForgedToken.Stamped], [rsa.Authority]).Code.Should().Be("TIME_INVALID");

        var lax = new ForgedToken(isCritical: false);
        Judge(lax.Encode(), [ForgedToken.Stamped], [lax.Authority]).Code.Should().Be("TIME_INVALID");
    }

    [Fact]
    public void A_token_by_another_authority_is_a_strangers_and_over_other_bytes_is_none()
    {
        var token = new ForgedToken();
        var other = new ForgedToken();

        Judge(token.Encode(), [ForgedToken.Stamped], [other.Authority]).Code.Should().Be("TIME_UNTRUSTED");
        Judge(token.Encode(), [ForgedToken.Stamped], []).Code.Should().Be("TIME_UNTRUSTED");
        Judge(token.Encode(), [new byte[] { 4 }], [token.Authority]).Code.Should().Be("TIME_INVALID");
        Judge([.. token.Encode(), 0], [ForgedToken.Stamped], [token.Authority]).Code.Should().Be("TIME_INVALID");
    }

    [Fact]
    public void No_altered_byte_is_accepted_where_all_bytes_count()
    {
        var token = new ForgedToken();
        byte[] genuine = token.Encode();
        var accepted = new List<int>();
        for (int place = 0; place < genuine.Length; place++)
        {
            foreach (byte mask in new byte[] { 0x01, 0x20, 0x80, 0xFF })
            {
                byte[] altered = [.. genuine];
                altered[place] ^= mask;
                var (code, time) = Judge(altered, [ForgedToken.Stamped], [token.Authority]);
                if (code is "")
                {
                    time.Should().Be(ForgedToken.Time);
                    accepted.Add(place);
                }
            }
        }

        // The status, the version and the set of digests' algorithms before the content are signed by nobody and decide nothing.
        accepted.Should().OnlyContain(static place => place < 60);
    }

    [Fact]
    public void Every_timestamp_at_hand_is_judged_as_the_message_syntax_of_dotnet_judges_it()
    {
        var authorities = Directory.EnumerateFiles(Vectors.Folder, "*trusted_root.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .SelectMany(ReadAuthorities)
            .DistinctBy(static authority => Convert.ToHexString(authority.Chain[0].Encoded.Span))
            .ToList();
        var found = Directory.EnumerateFiles(Vectors.Folder, "*.json", SearchOption.AllDirectories).SelectMany(ReadTimestamps).ToList();
        int accepted = 0;
        foreach (var (file, response, stamped) in found)
        {
            var ours = Judge(response, [stamped], authorities);
            var theirs = JudgeBySignedCms(response, stamped, authorities);

            (ours.Code is "" ? ours.Time : null).Should().Be(theirs, file);
            accepted += theirs is null ? 0 : 1;
        }

        found.Should().HaveCountGreaterThan(30);
        accepted.Should().BeGreaterThan(20);
    }

    private static void Put(ForgedToken token, string fault)
    {
        byte[] type = ForgedToken.Write(static w => w.WriteObjectIdentifier(ForgedToken.TimestampType));
        byte[] data = ForgedToken.Write(static w => w.WriteObjectIdentifier("1.2.840.113549.1.7.1"));
        byte[] sha256 = SHA256.HashData(token.Encoded);
        using var certificate = X509CertificateLoader.LoadCertificate(token.Encoded);
        byte[] issuer = certificate.IssuerName.RawData;
        byte[] number = certificate.SerialNumberBytes.ToArray();
        byte[] first = ForgedToken.Attribute(ForgedToken.SigningCertificate, ForgedToken.Reference(CryptographicOperations.HashData(HashAlgorithmName.SHA1, token.Encoded)));
        byte[] wrongFirst = ForgedToken.Attribute(ForgedToken.SigningCertificate, ForgedToken.Reference(new byte[20]));
        byte[] Second(byte[] reference) => ForgedToken.Attribute(ForgedToken.SigningCertificateV2, reference);
        byte[] Digest(byte[] hash) => ForgedToken.Attribute(ForgedToken.MessageDigest, ForgedToken.Write(w => w.WriteOctetString(hash)));
        Action put = fault switch
        {
            "none" => () => token.Status = 0,
            "no attribute 0" => () => token.Attributes.RemoveAt(0),
            "no attribute 1" => () => token.Attributes.RemoveAt(1),
            "no attribute 2" => () => token.Attributes.RemoveAt(2),
            "attribute 0 twice" => () => token.Attributes.Add(token.Attributes[0]),
            "attribute 1 twice" => () => token.Attributes.Add(token.Attributes[1]),
            "attribute 2 twice" => () => token.Attributes.Add(token.Attributes[2]),
            "unsigned attribute" => () => token.Unsigned.Add(wrongFirst),
            "attribute 0 unsigned" => () => MoveOut(token, 0),
            "attribute 1 unsigned" => () => MoveOut(token, 1),
            "attribute 2 unsigned" => () => MoveOut(token, 2),
            "status 1" => () => token.Status = 1,
            "status 2" => () => token.Status = 2,
            "content type of data" => () => token.Attributes[0] = ForgedToken.Attribute(ForgedToken.ContentType, data),
            "content type with two values" => () => token.Attributes[0] = ForgedToken.Attribute(ForgedToken.ContentType, type, type),
            "content type without value" => () => token.Attributes[0] = ForgedToken.Attribute(ForgedToken.ContentType),
            "digest of other bytes" => () => token.Attributes[1] = Digest(new byte[32]),
            "digest cut short" => () => token.Attributes[1] = Digest(SHA256.HashData(token.Info)[..31]),
            "certificate of other bytes" => () => token.Attributes[2] = Second(ForgedToken.Reference(new byte[32])),
            "certificate of version 1" => () => token.Attributes[2] = first,
            "certificate of version 1 of other bytes" => () => token.Attributes[2] = wrongFirst,
            "certificate of version 1 of other bytes beside version 2" => () => token.Attributes.Add(wrongFirst),
            "certificate with SHA-512" => () => token.Attributes[2] = Second(ForgedToken.Reference(SHA512.HashData(token.Encoded), algorithm: "2.16.840.1.101.3.4.2.3")),
            "certificate with SHA-1 in version 2" => () => token.Attributes[2] = Second(
                ForgedToken.Reference(CryptographicOperations.HashData(HashAlgorithmName.SHA1, token.Encoded), algorithm: "1.3.14.3.2.26")),
            "certificate with issuer" => () => token.Attributes[2] = Second(ForgedToken.Reference(sha256, issuer, number)),
            "certificate with another issuer" => () => token.Attributes[2] = Second(ForgedToken.Reference(sha256, new X500DistinguishedName("CN=other").RawData, number)),
            "certificate with another number" => () => token.Attributes[2] = Second(ForgedToken.Reference(sha256, issuer, [1])),
            "encapsulated data" => () => token.Type = "1.2.840.113549.1.7.1",
            "no signer" => () => token.Signers = 0,
            "two signers" => () => token.Signers = 2,
            "by key identifier" => () => token.ByKeyIdentifier = true,
            "by key identifier in version 1" => () => (token.ByKeyIdentifier, token.SignerVersion) = (true, 1),
            "by issuer in version 3" => () => token.SignerVersion = 3,
            "digest by SHA-1" => () => token.Digest = "1.3.14.3.2.26",
            "signature with SHA-384" => () => token.Algorithm = "1.2.840.10045.4.3.3",
            "signature by RSA" => () => token.Algorithm = "1.2.840.113549.1.1.11",
            "signature of no known kind" => () => token.Algorithm = "1.2.3",
            "content of version 2" => () => token.SetInfo(ForgedToken.WriteInfo(version: 2)),
            "imprint by SHA-1" => () => token.SetInfo(ForgedToken.WriteInfo(algorithm: "1.3.14.3.2.26")),
            "before the certificate" => () => token.SetInfo(ForgedToken.WriteInfo(time: ForgedToken.Time.AddDays(-2))),
            "critical extension" => () => token.SetInfo(ForgedToken.WriteInfo(criticalExtension: true)),
            "other extension" => () => token.SetInfo(ForgedToken.WriteInfo(criticalExtension: false)),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
        };
        put();
    }

    private static void MoveOut(ForgedToken token, int place)
    {
        token.Unsigned.Add(token.Attributes[place]);
        token.Attributes.RemoveAt(place);
    }

    private static (string Code, DateTimeOffset? Time) Judge(byte[] response, IReadOnlyList<ReadOnlyMemory<byte>> stamped, IReadOnlyList<TrustedAuthority> authorities)
    {
        try
        {
            return ("", TimestampVerifier.Verify(response, stamped, authorities).Time);
        }
        catch (EvidenceException e)
        {
            return (e.Code, null);
        }
    }

    private static DateTimeOffset? JudgeBySignedCms(byte[] response, ReadOnlyMemory<byte> stamped, List<TrustedAuthority> authorities)
    {
        try
        {
            var answer = new AsnReader(response, AsnEncodingRules.BER).ReadSequence();
            answer.ReadSequence();
            var certificates = new X509Certificate2Collection(
                authorities.Select(static a => X509CertificateLoader.LoadCertificate(a.Chain[0].Encoded.Span)).ToArray());
            return Rfc3161TimestampToken.TryDecode(answer.ReadEncodedValue(), out var token, out _)
                && token.VerifySignatureForData(stamped.Span, out var signer, certificates)
                && authorities.Find(a => a.Chain[0].Encoded.Span.SequenceEqual(signer.RawData)) is { } by
                && by.ValidFor.Contains(token.TokenInfo.Timestamp)
                && by.FindInvalidAt(token.TokenInfo.Timestamp) is null
                ? token.TokenInfo.Timestamp
                : null;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return null;
        }
    }

    private static IReadOnlyList<TrustedAuthority> ReadAuthorities(string file)
    {
        try
        {
            return TrustedRoot.Parse(File.ReadAllBytes(file)).TimestampAuthorities;
        }
        catch (Exception e) when (e is EvidenceException or TrustedRootException)
        {
            return [];
        }
    }

    private static IEnumerable<(string File, byte[] Response, ReadOnlyMemory<byte> Stamped)> ReadTimestamps(string file)
    {
        if (JsonNode.Parse(File.ReadAllBytes(file)) is not JsonObject bundle
            || bundle["verificationMaterial"]?["timestampVerificationData"]?["rfc3161Timestamps"] is not JsonArray timestamps
            || (bundle["dsseEnvelope"]?["signatures"]?[0]?["sig"] ?? bundle["messageSignature"]?["signature"]) is not { } signature)
        {
            return [];
        }

        return timestamps.Select(timestamp => (
            Path.GetRelativePath(Vectors.Folder, file),
            Decode((string)timestamp!["signedTimestamp"]!),
            (ReadOnlyMemory<byte>)Decode((string)signature!)));
    }

    private static byte[] Decode(string text) => StrictBase64.TryDecode(text, out byte[]? bytes) ? bytes : [];
}
