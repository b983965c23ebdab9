using System.Text.Json.Nodes;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Fulcio;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.Data;

namespace Provenance.Attestor.Tests.Fulcio;

public sealed class CertificateRequestBodyTests
{
    [Fact]
    public void An_authority_is_asked_what_cosign_asks_of_it()
    {
        var expected = JsonNode.Parse(Vectors.Bytes("sigstore-vectors/request-fulcio.json"))!;
        var request = expected["publicKeyRequest"]!;
        var key = VerificationKey.FromPem((string)request["publicKey"]!["content"]!);
        StrictBase64.TryDecode((string)request["proofOfPossession"]!, out byte[]? proof).Should().BeTrue();

        var written = JsonNode.Parse(CertificateRequestBody.Write("a.b.c", key, proof))!;

        // cosign sends the token in a header.
        ((string)written["credentials"]!["oidcIdentityToken"]!).Should().Be("a.b.c");
        written.AsObject().Remove("credentials");
        JsonNode.DeepEquals(written, expected).Should().BeTrue();
    }
}
