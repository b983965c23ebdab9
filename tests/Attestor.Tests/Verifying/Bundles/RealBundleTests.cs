using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Bundles that others made, with the real chain of trust behind them.</summary>
public sealed class RealBundleTests
{
    private const string GitHub = "https://token.actions.githubusercontent.com";
    private const string Generator = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/";

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

    [Theory]
    [InlineData("gha_generic/v2.1.0/binary-linux-amd64-push-v13.0.30.intoto.jsonl", "generator_generic_slsa3.yml", "https://slsa.dev/provenance/v0.2")]
    [InlineData("gha_generic/v2.1.0/binary-linux-amd64-push-v14.2.intoto.jsonl", "generator_generic_slsa3.yml", "https://slsa.dev/provenance/v0.2")]
    [InlineData("gha_generic/v2.1.0/binary-linux-amd64-push-v14.intoto.jsonl", "generator_generic_slsa3.yml", "https://slsa.dev/provenance/v0.2")]
    [InlineData("gha_generic/v2.1.0/binary-linux-amd64-workflow_dispatch.intoto.jsonl", "generator_generic_slsa3.yml", "https://slsa.dev/provenance/v0.2")]
    [InlineData("gha_delegator/v2.1.0/binary-linux-amd64-push-v13.0.30.build.slsa", "delegator_generic_slsa3.yml", "https://slsa.dev/provenance/v1")]
    [InlineData("gha_delegator/v2.1.0/binary-linux-amd64-push-v14.2.build.slsa", "delegator_generic_slsa3.yml", "https://slsa.dev/provenance/v1")]
    [InlineData("gha_delegator/v2.1.0/binary-linux-amd64-push-v14.build.slsa", "delegator_generic_slsa3.yml", "https://slsa.dev/provenance/v1")]
    public async Task Verify_accepts_bundles_of_GitHubs_builders_under_the_public_trusted_root(string file, string workflow, string predicateType)
    {
        byte[] bundle = Vectors.Bytes("slsa-verifier/" + file);
        var request = new VerifyArtifact
        {
            Subject = SubjectOf(bundle),
            Evidence = [new OfferedEvidence(file, bundle)],
            Identity = new ExpectedIdentity(TextPattern.Exactly($"{Generator}{workflow}@refs/tags/v2.1.0"), TextPattern.Exactly(GitHub)),
            Signatures = new SignatureVerifier(TrustedRoot.ReadPublicGood(), SignatureDemands.All),
            PredicateTypes = [predicateType],
        };
        TextPattern.TryParse("https://github.com/slsa-framework/[^/]+/.*", out var pattern, out _).Should().BeTrue();

        (await Forgery.VerifyAsync(request)).ShouldPass();
        (await Forgery.VerifyAsync(request with { Identity = request.Identity with { Subject = pattern! } })).ShouldPass();
        (await Forgery.VerifyAsync(request with { Subject = Forgery.Subject })).ShouldFail(VerdictCodes.SubjectMismatch);
        (await Forgery.VerifyAsync(request with { Signatures = new SignatureVerifier(Loopback, SignatureDemands.All) })).ShouldFail(VerdictCodes.TlogUntrusted);
        (await Forgery.VerifyAsync(request with { Identity = request.Identity with { Issuer = TextPattern.Exactly("https://evil.example") } })).ShouldFail(VerdictCodes.Identity);
    }

    [Theory]
    [InlineData("annotated-tag.intoto.jsonl", VerdictCodes.JsonInvalid)]
    [InlineData("binary-linux-amd64-expired-cert.intoto.jsonl", VerdictCodes.JsonInvalid)]
    [InlineData("binary-linux-amd64-multi-subject-first.intoto.jsonl", VerdictCodes.JsonInvalid)]
    [InlineData("binary-linux-amd64-no-tlog-upload.intoto.jsonl", VerdictCodes.JsonInvalid)]
    [InlineData("binary-linux-amd64-sharded.intoto.jsonl", VerdictCodes.CertExpected)]
    [InlineData("binary-linux-amd64-untrusted-builder.intoto.jsonl", VerdictCodes.JsonInvalid)]
    [InlineData("workflow-inputs.intoto.jsonl", VerdictCodes.JsonInvalid)]
    public async Task Verify_refuses_envelopes_from_before_bundles_whose_certificate_no_specification_knows(string file, string code)
    {
        TextPattern.TryParse(".*", out var anybody, out _).Should().BeTrue();

        (await Forgery.VerifyAsync(new VerifyArtifact
        {
            Subject = Forgery.Subject,
            Evidence = [new OfferedEvidence(file, Vectors.Bytes("slsa-verifier/" + file))],
            Identity = new ExpectedIdentity(anybody!, anybody!),
            Signatures = new SignatureVerifier(TrustedRoot.ReadPublicGood(), SignatureDemands.All),
        })).ShouldFail(code);
    }

    // Its ECDSA signature is two bare numbers of 32 bytes; only the DER form, which every peer writes, has one spelling.
    [Fact]
    public async Task Verify_refuses_a_verification_summary_whose_signature_is_not_DER() =>
        (await Forgery.VerifyAsync(new VerifyArtifact
        {
            Subject = Forgery.Subject,
            Evidence = [new OfferedEvidence("vsa", Vectors.Bytes("slsa-verifier/vsa/gke-gce-pre.bcid-vsa.jsonl"))],
            Keys = [VerificationKey.FromPem(Vectors.Text("slsa-verifier/vsa/vsa_signing_public_key.pem"))],
            PredicateTypes = ["https://slsa.dev/verification_summary/v1"],
        })).ShouldFail(VerdictCodes.SigInvalid);

    private static Digest SubjectOf(byte[] bundle) => StatementReader.Read(Bundle.Parse(bundle).Envelope.Payload).Subjects[0].Digest!.ContentDigest!;
}
