using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Fulcio;
using Provenance.Attestor.Tests.Data;

namespace Provenance.Attestor.Tests.Fulcio;

public sealed class CertificateAnswerTests
{
    private static readonly byte[] Der = Bundle.Parse(Encoding.UTF8.GetBytes(Vectors.Text("sigstore-vectors/kl1.bundle.json"))).Certificate!.Value.ToArray();
    private static readonly string Pem = PemEncoding.WriteString("CERTIFICATE", Der) + "\n";

    [Fact]
    public void The_first_certificate_of_the_chain_is_ours() =>
        CertificateAnswer.Read(Answer("signedCertificateEmbeddedSct", Pem, "a root, which is taken from the trusted root only")).Encoded.ToArray().Should().Equal(Der);

    [Fact]
    public void A_promise_beside_the_certificate_is_refused_with_the_reason() =>
        FluentActions.Invoking(() => CertificateAnswer.Read(Answer("signedCertificateDetachedSct", Pem)))
            .Should().Throw<EvidenceException>().WithMessage("*detached SCT*must embed it*").Which.Code.Should().Be("CERT_SCT");

    public static TheoryData<string, byte[]> Malformed() => new()
    {
        { "nothing", "{}"u8.ToArray() },
        { "no JSON", "<html>"u8.ToArray() },
        { "no chain", """{"signedCertificateEmbeddedSct":{}}"""u8.ToArray() },
        { "an empty chain", Answer("signedCertificateEmbeddedSct") },
        { "a chain without end", Answer("signedCertificateEmbeddedSct", [.. Enumerable.Repeat(Pem, 17)]) },
        { "another kind of PEM", Answer("signedCertificateEmbeddedSct", Pem.Replace("CERTIFICATE", "PUBLIC KEY")) },
        { "no PEM", Answer("signedCertificateEmbeddedSct", Convert.ToBase64String(Der)) },
        { "PEM of something else", Answer("signedCertificateEmbeddedSct", PemEncoding.WriteString("CERTIFICATE", [1, 2, 3])) },
        { "a number", """{"signedCertificateEmbeddedSct":{"chain":{"certificates":[7]}}}"""u8.ToArray() },
        { "two answers", """{"signedCertificateEmbeddedSct":{},"signedCertificateEmbeddedSct":{}}"""u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_answer_is_refused(string what, byte[] answer) =>
        FluentActions.Invoking(() => CertificateAnswer.Read(answer)).Should().Throw<EvidenceException>(what);

    private static byte[] Answer(string form, params string[] certificates) => Encoding.UTF8.GetBytes(new JsonObject
    {
        [form] = new JsonObject { ["chain"] = new JsonObject { ["certificates"] = new JsonArray([.. certificates.Select(static pem => JsonValue.Create(pem))]) } },
    }.ToJsonString());
}
