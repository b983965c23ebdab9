using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Timestamps;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Tests.Timestamps;

/// <summary>Answers of authorities made by <c>openssl ts</c>, one option after the other (Data/openssl-timestamps/INDEX.md).</summary>
public sealed class OpenSslTimestampTests
{
    private static readonly string Folder = Vectors.PathOf("openssl-timestamps");

    private static readonly byte[] Stamped = "content"u8.ToArray();

    private static readonly IReadOnlyList<TrustedAuthority> Authorities = [.. Directory.EnumerateFiles(Folder, "*.chain.pem").Order(StringComparer.Ordinal).Select(Trust)];

    // All others hold.
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["imprint-sha1"] = "The timestamp is not over this signature.",
        ["refusal"] = "The time stamping authority did not grant the timestamp (status 2).",
        ["stranger-of-the-same-name"] = "The authority that the timestamp names did not sign it.",
        ["token-alone"] = "The timestamp is no answer of a time stamping authority.",
    };

    public static TheoryData<string> Names { get; } = new(Directory.EnumerateFiles(Folder, "*.tsr").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void What_openssl_stamps_holds_unless_it_ought_not_to(string name)
    {
        byte[] response = File.ReadAllBytes(Path.Combine(Folder, $"{name}.tsr"));
        var verifying = FluentActions.Invoking(() => TimestampVerifier.Verify(response, [Stamped], Authorities));

        if (Refused.TryGetValue(name, out string? message))
        {
            verifying.Should().Throw<EvidenceException>().Where(static e => e.Code == "TIME_INVALID").WithMessage(message);
            return;
        }

        var (time, authority) = verifying.Should().NotThrow().Subject;
        var token = TokenOf(response);
        time.Should().Be(token.TokenInfo.Timestamp);
        using var certificate = X509CertificateLoader.LoadCertificate(authority.Chain[0].Encoded.Span);
        token.VerifySignatureForData(Stamped, out _, [certificate]).Should().BeTrue();
    }

    [Theory]
    [InlineData("certificates")]
    [InlineData("reference-chain")]
    [InlineData("prime256v1-sha256")]
    public void A_certificate_within_a_token_is_not_trusted_though_a_trusted_authority_issued_it(string name) =>
        FluentActions.Invoking(() => TimestampVerifier.Verify(File.ReadAllBytes(Path.Combine(Folder, $"{name}.tsr")), [Stamped], [.. Authorities.Where(static a => a.Name is not "prime256v1")]))
            .Should().Throw<EvidenceException>().Where(static e => e.Code == "TIME_UNTRUSTED");

    [Fact]
    public void The_answers_have_what_their_names_say()
    {
        Rfc3161TimestampTokenInfo Info(string name) => TokenOf(File.ReadAllBytes(Path.Combine(Folder, $"{name}.tsr"))).TokenInfo;

        Info("accuracy").AccuracyInMicroseconds.Should().Be(1_500_100);
        Info("accuracy-milliseconds").AccuracyInMicroseconds.Should().Be(500_000);
        Info("ordering").IsOrdering.Should().BeTrue();
        Info("name-of-authority").GetTimestampAuthorityName().Should().NotBeNull();
        Info("without-nonce").GetNonce().Should().BeNull();
        (Info("milliseconds").Timestamp.Ticks % TimeSpan.TicksPerSecond).Should().NotBe(0);
        Info("imprint-sha512").HashAlgorithmId.Value.Should().Be("2.16.840.1.101.3.4.2.3");
        Names.Should().HaveCount(27);
    }

    private static Rfc3161TimestampToken TokenOf(byte[] response)
    {
        var answer = new AsnReader(response, AsnEncodingRules.DER).ReadSequence();
        answer.ReadSequence();
        Rfc3161TimestampToken.TryDecode(answer.ReadEncodedValue(), out var token, out _).Should().BeTrue();
        return token!;
    }

    private static TrustedAuthority Trust(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return TrustedAuthority.OfTimestamps(
            Path.GetFileName(file).Split('.')[0], null, [.. certificates.Select(static certificate => Certificate.Parse(certificate.RawData))], new ValidityWindow(DateTimeOffset.UnixEpoch, null));
    }
}
