using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Bundles that peers made with a Sigstore instance on this machine.</summary>
public sealed class RealBundleTests
{
    private static readonly TrustedRoot Loopback = TrustedRoot.Parse(Vectors.Bytes("sigstore-vectors/trusted_root.json"));
    private static readonly ExpectedIdentity Builder =
        new(TextPattern.Exactly("https://k8s.example.test/ns/default/sa/builder"), TextPattern.Exactly("http://localhost:5621"));

    [Theory]
    [InlineData("kl1.bundle.json", VerdictCodes.Verified)]
    [InlineData("kl2.bundle.json", VerdictCodes.Verified)]
    [InlineData("kl-tsaonly.bundle.json", VerdictCodes.TlogMissing)]
    [InlineData("cs-keyless-0-1.json", VerdictCodes.TlogMissing)]
    [InlineData("cs-keyless-1-0.json", VerdictCodes.Verified)]
    [InlineData("cs-keyless-1-1.json", VerdictCodes.Verified)]
    [InlineData("cs-keyless-2-1.json", VerdictCodes.Verified)]
    public async Task Verify_judges_keyless_bundles_of_peers(string name, string code)
    {
        byte[] bundle = Vectors.Bytes("sigstore-vectors/" + name);
        var request = new VerifyArtifact
        {
            Subject = SubjectOf(bundle),
            Evidence = [new OfferedEvidence(name, bundle)],
            Identity = Builder,
            Signatures = new SignatureVerifier(Loopback, SignatureDemands.All),
        };
        var withoutLog = request with { Signatures = new SignatureVerifier(Loopback, new SignatureDemands { LogEntry = false }) };

        (await Forgery.VerifyAsync(request)).Code.Should().Be(code);
        (await Forgery.VerifyAsync(withoutLog)).ShouldPass();
        (await Forgery.VerifyAsync(withoutLog with { Identity = Builder with { Subject = TextPattern.Exactly("https://k8s.example.test/ns/default/sa/other") } }))
            .ShouldFail(VerdictCodes.Identity);
    }

    [Theory]
    [InlineData("cosign-key.bundle.json", "cosign.pub", VerdictCodes.TlogMissing)]
    [InlineData("key-rekor1.bundle.json", "cosign.pub", VerdictCodes.Verified)]
    [InlineData("key-rekor2.bundle.json", "cosign.pub", VerdictCodes.Verified)]
    [InlineData("key-tsaonly.bundle.json", "cosign.pub", VerdictCodes.TlogMissing)]
    [InlineData("cs-key-0-0.json", "our.pub", VerdictCodes.TlogMissing)]
    [InlineData("cs-key-0-1.json", "our.pub", VerdictCodes.TlogMissing)]
    [InlineData("cs-key-1-0.json", "our.pub", VerdictCodes.Verified)]
    [InlineData("cs-key-2-1.json", "our.pub", VerdictCodes.Verified)]
    public async Task Verify_with_a_key_and_a_trusted_root_verifies_the_log_entries_too(string name, string keyFile, string code)
    {
        byte[] bundle = Vectors.Bytes("sigstore-vectors/" + name);
        var request = new VerifyArtifact
        {
            Subject = SubjectOf(bundle),
            Evidence = [new OfferedEvidence(name, bundle)],
            Keys = [VerificationKey.FromPem(Vectors.Text("sigstore-vectors/" + keyFile))],
            Signatures = new SignatureVerifier(Loopback, SignatureDemands.All),
        };

        (await Forgery.VerifyAsync(request)).Code.Should().Be(code);
        (await Forgery.VerifyAsync(request with { Signatures = new SignatureVerifier(Loopback, new SignatureDemands { LogEntry = false }) })).ShouldPass();
    }

    private static Digest SubjectOf(byte[] bundle) => StatementReader.Read(Bundle.Parse(bundle).Envelope.Payload).Subjects[0].Digest!.ContentDigest!;
}
