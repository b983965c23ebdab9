using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Rekor;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Transparency;

namespace Provenance.Attestor.Tests.Rekor;

public sealed class LogRequestTests
{
    [Fact]
    public void A_log_of_version_1_is_asked_what_cosign_asks_of_it()
    {
        var expected = JsonNode.Parse(Vectors.Bytes("sigstore-vectors/request-rekor1.json"))!;
        var proposed = expected["spec"]!["proposedContent"]!;
        var envelope = Envelope.Parse(Encoding.UTF8.GetBytes((string)proposed["envelope"]!));
        string pem = Encoding.ASCII.GetString(Decode((string)proposed["verifiers"]![0]!));

        byte[] written = LogRequest.WriteVersion1(new EnvelopeContent(envelope), new LoggedSigner(IsCertificate: true, DerOf(pem)));

        // Go writes a member that has no value.
        expected["spec"]!.AsObject().Remove("signatures").Should().BeTrue();
        JsonNode.DeepEquals(JsonNode.Parse(written), expected).Should().BeTrue();
    }

    [Fact]
    public void A_log_of_version_2_is_asked_what_cosign_asks_of_it()
    {
        var expected = JsonNode.Parse(Vectors.Bytes("sigstore-vectors/request-rekor2.json"))!["hashedRekordRequestV002"]!;
        byte[] signature = Decode((string)expected["signature"]!["content"]!);
        byte[] certificate = Decode((string)expected["signature"]!["verifier"]!["x509Certificate"]!["rawBytes"]!);
        byte[] digest = Decode((string)expected["digest"]!);

        byte[] written = LogRequest.WriteVersion2(Message(digest, signature), new LoggedSigner(IsCertificate: true, certificate));

        JsonNode.DeepEquals(JsonNode.Parse(written)!["hashedRekordRequestV002"], expected).Should().BeTrue();
    }

    // Entries of the public log, made by other programs: with a certificate over an artifact, and over an attestation.
    [Theory]
    [InlineData("rekor2-happy-path")]
    [InlineData("rekor2-dsse-happy-path")]
    [InlineData("rekor2-timestamp-with-embedded-cert")]
    public void The_entry_is_what_a_log_of_version_2_makes_of_the_request(string name)
    {
        var (material, envelope, message) = BundleReader.Read(Vectors.Bytes($"sigstore-conformance/{name}/bundle.sigstore.json"));
        byte[] logged = material.LogEntries.Single().Body.ToArray();
        byte[] digest = Decode((string)JsonNode.Parse(logged)!["spec"]!["hashedRekordV002"]!["data"]!["digest"]!);
        SignedContent content = envelope is not null ? new EnvelopeContent(envelope) : new MessageContent(message!, _ => digest);

        byte[] written = LogRequest.WriteVersion2Entry(content, new LoggedSigner(IsCertificate: true, material.Certificates[0]));

        Encoding.UTF8.GetString(written).Should().Be(Encoding.UTF8.GetString(logged));
    }

    [Fact]
    public void A_log_of_version_2_is_shown_the_hash_of_the_pre_authentication_encoding()
    {
        byte[] statement = "{}"u8.ToArray();

        byte[] written = LogRequest.WriteVersion2(new EnvelopeContent(Envelope.OfStatement(statement, new byte[] { 1, 2 })), new LoggedSigner(IsCertificate: false, new byte[] { 3 }));

        string digest = Convert.ToBase64String(SHA256.HashData("DSSEv1 28 application/vnd.in-toto+json 2 {}"u8));
        Encoding.UTF8.GetString(written).Should().Be(
            """{"hashedRekordRequestV002":{"digest":"HASH","signature":{"content":"AQI=","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"Aw=="}}}}}""".Replace("HASH", digest));
    }

    [Fact]
    public void A_plain_signature_is_entered_in_version_1_as_a_hashedrekord()
    {
        byte[] digest = SHA256.HashData("artifact"u8);

        var written = JsonNode.Parse(LogRequest.WriteVersion1(Message(digest, [1, 2]), new LoggedSigner(IsCertificate: false, new byte[] { 3 })))!;

        ((string)written["kind"]!).Should().Be("hashedrekord");
        ((string)written["apiVersion"]!).Should().Be("0.0.1");
        ((string)written["spec"]!["data"]!["hash"]!["value"]!).Should().Be(Convert.ToHexStringLower(digest));
        ((string)written["spec"]!["signature"]!["content"]!).Should().Be("AQI=");
        Encoding.ASCII.GetString(Decode((string)written["spec"]!["signature"]!["publicKey"]!["content"]!))
            .Should().Be("-----BEGIN PUBLIC KEY-----\nAw==\n-----END PUBLIC KEY-----\n");
    }

    private static MessageContent Message(byte[] digest, byte[] signature) =>
        new(new SignedMessage(HashAlgorithmName.SHA256, digest, signature), algorithm => algorithm == HashAlgorithmName.SHA256 ? digest : null);

    private static byte[] DerOf(string pem)
    {
        var fields = PemEncoding.Find(pem);
        return Decode(pem[fields.Base64Data].ReplaceLineEndings(""));
    }

    private static byte[] Decode(string base64) => StrictBase64.TryDecode(base64, out byte[]? bytes) ? bytes : throw new FormatException(base64);
}
