using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying;

public sealed class PeerBundleTests
{
    [Theory]
    [InlineData("cosign-key.bundle.json", "cosign.pub", "bcb274db6a2e7c2b819b1952a43c8c36613c5217f1500b794cdf71f0b04b01d7")]
    [InlineData("key-rekor1.bundle.json", "cosign.pub", "9a0fb5aeb8792fe3bd584077ab689de64f2f658b37a17c4d57e5bbdc94932602")]
    [InlineData("key-rekor2.bundle.json", "cosign.pub", "a8f989e456dd5e1eac7af2633d8c0aac49e643e9088446f6b5cfa4f80b6e0c95")]
    [InlineData("key-tsaonly.bundle.json", "cosign.pub", "2fee9849cecbd55381c090c5811d07f5ef6f807fab1e178e4ba6298284c9db58")]
    [InlineData("cs-key-0-0.json", "our.pub", "c685fe6c7e17751de0d83c0a78618ed664a1807048a15501e946a03236a9895e")]
    [InlineData("cs-key-0-1.json", "our.pub", "f2d04348f5c6ab62bbbe03e5f195bd5c2938d703bbae90b6bf6634a97d4b8b1b")]
    [InlineData("cs-key-1-0.json", "our.pub", "1a82212d6effdfc301903e258694325b275d5ef6377af93f8bf6f2c2f716dfcd")]
    [InlineData("cs-key-2-1.json", "our.pub", "cdbae15316160f0999f823a56271557afb477df41c7d3d836bff35f3012b801b")]
    public async Task Verify_accepts_bundles_of_peers_with_their_key_and_no_other(string bundle, string keyFile, string subject)
    {
        var request = new VerifyArtifact
        {
            Subject = Digest.Parse("sha256:" + subject),
            Evidence = [new OfferedEvidence(bundle, Vectors.Bytes("sigstore-vectors/" + bundle))],
            Keys = [VerificationKey.FromPem(Vectors.Text("sigstore-vectors/" + keyFile))],
        };

        (await Forgery.VerifyAsync(request)).ShouldPass();
        (await Forgery.VerifyAsync(request with { Keys = [Forgery.Signer.PublicKey] })).ShouldFail(VerdictCodes.SignerUntrusted);
        (await Forgery.VerifyAsync(request with { Subject = Forgery.Subject })).ShouldFail(VerdictCodes.SubjectMismatch);
    }

    [Fact]
    public async Task Verify_accepts_what_Tekton_Chains_stored_as_a_referrer_and_under_the_older_tag()
    {
        var repository = new MemoryRepository();
        repository.AddReferrer(Vectors.Bytes("chains-registry/referrer-c7becb69e948.bundle.json"));
        repository.AddReferrer(Vectors.Bytes("chains-registry/referrer-7b162605a5ac.bundle.json"));
        var subject = Digest.Parse("sha256:61eb92dd046c15b48d1ba843c8830546e7ffe6dd7270d29003ed0b5224e55388");
        var request = new VerifyArtifact
        {
            Subject = subject,
            Evidence = [new RegistryEvidence(repository)],
            Keys = [VerificationKey.FromPem(Vectors.Text("chains-registry/cosign.pub"))],
        };
        var tagged = new MemoryRepository();
        tagged.AddTag($"sha256-{subject.Hex}.att", "application/vnd.dsse.envelope.v1+json", Vectors.Bytes("chains-registry/tag-att.layer0"));

        var verdict = await Forgery.VerifyAsync(request);
        verdict.ShouldPass();
        verdict.Candidates.Select(static c => c.Code).Should().BeEquivalentTo([VerdictCodes.Verified, VerdictCodes.PayloadType]);
        (await Forgery.VerifyAsync(request with { Evidence = [new RegistryEvidence(tagged)] })).ShouldPass();
    }
}
