using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Entries of the kind <c>intoto 0.0.1</c>, which name the payload and the signer, but hold no signature.</summary>
public sealed class OlderEntryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_entry_that_holds_no_signature_is_about_none(bool hasPayloadHash)
    {
        var sigstore = new PrivateSigstore();
        byte[] statement = Forgery.Statement();
        string pem = Forgery.Signer.PublicKey.ToPem();
        var bundle = sigstore.Sign(statement, Forgery.Signer, PrivateSigstore.SignedAt);
        Judge(bundle, sigstore).Failure.Should().BeNull();
        var content = new JsonObject { ["hash"] = Hash(Encoding.UTF8.GetBytes(bundle["dsseEnvelope"]!.ToJsonString())) };
        if (hasPayloadHash)
        {
            content["payloadHash"] = Hash(statement);
        }

        var body = new JsonObject
        {
            ["apiVersion"] = "0.0.1",
            ["kind"] = "intoto",
            ["spec"] = new JsonObject { ["content"] = content, ["publicKey"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)) },
        };
        bundle["verificationMaterial"]!["tlogEntries"] = new JsonArray(sigstore.Enter(body, PrivateSigstore.SignedAt));

        var failure = Judge(bundle, sigstore).Failure!;
        failure.Code.Should().Be(VerdictCodes.TlogMismatch);
        failure.Actual.Should().Be("intoto 0.0.1");
    }

    private static JsonObject Hash(byte[] content) => new() { ["algorithm"] = "sha256", ["value"] = Convert.ToHexStringLower(SHA256.HashData(content)) };

    private static BundleVerdict Judge(JsonObject bundle, PrivateSigstore sigstore) =>
        new BundleVerifier(new SignatureVerifier(sigstore.TrustedRoot(), SignatureDemands.All), BundleSigner.OwnerOf(SignatureKey.FromPem(Forgery.Signer.PublicKey.ToPem())))
            .Verify(Encoding.UTF8.GetBytes(bundle.ToJsonString()), static _ => Convert.FromHexString(Forgery.Subject.Hex));
}
