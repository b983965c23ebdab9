using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>
/// Every piece of evidence that slsa-verifier is tested with, under the public trusted root and without a connection. What came before
/// bundles cannot be verified so: its log entries would have to be fetched.
/// </summary>
public sealed class SlsaVerifierDataTests
{
    private const string GitHub = "https://token.actions.githubusercontent.com";
    private const string Generator = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/";
    private const string Generic = "generator_generic_slsa3.yml@refs/tags/v2.1.0";
    private const string Delegator = "delegator_generic_slsa3.yml@refs/tags/v2.1.0";
    private const string V02 = "https://slsa.dev/provenance/v0.2";
    private const string V1 = "https://slsa.dev/provenance/v1";
    private const string Folder = "slsa-verifier/";
    private const string Container = Folder + "gha_generic_container/v2.1.0/";

    private static readonly SignatureVerifier PublicGood = new(TrustedRoot.ReadPublicGood(), SignatureDemands.All);

    [Theory]
    [InlineData("gha_generic/v2.1.0/binary-linux-amd64-push-v13.0.30.intoto.jsonl", Generic, V02, VerdictCodes.Verified)]
    [InlineData("gha_generic/v2.1.0/binary-linux-amd64-push-v14.2.intoto.jsonl", Generic, V02, VerdictCodes.Verified)]
    [InlineData("gha_generic/v2.1.0/binary-linux-amd64-push-v14.intoto.jsonl", Generic, V02, VerdictCodes.Verified)]
    [InlineData("gha_generic/v2.1.0/binary-linux-amd64-workflow_dispatch.intoto.jsonl", Generic, V02, VerdictCodes.Verified)]
    [InlineData("gha_delegator/v2.1.0/binary-linux-amd64-push-v13.0.30.build.slsa", Delegator, V1, VerdictCodes.Verified)]
    [InlineData("gha_delegator/v2.1.0/binary-linux-amd64-push-v14.2.build.slsa", Delegator, V1, VerdictCodes.Verified)]
    [InlineData("gha_delegator/v2.1.0/binary-linux-amd64-push-v14.build.slsa", Delegator, V1, VerdictCodes.Verified)]
    [InlineData("annotated-tag.intoto.jsonl", null, V02, VerdictCodes.TlogMissing)]
    [InlineData("workflow-inputs.intoto.jsonl", null, V02, VerdictCodes.TlogMissing)]
    [InlineData("binary-linux-amd64-multi-subject-first.intoto.jsonl", null, V02, VerdictCodes.TlogMissing)]
    [InlineData("binary-linux-amd64-expired-cert.intoto.jsonl", null, V02, VerdictCodes.TlogMissing)]
    [InlineData("binary-linux-amd64-no-tlog-upload.intoto.jsonl", null, V02, VerdictCodes.TlogMissing)]
    [InlineData("binary-linux-amd64-untrusted-builder.intoto.jsonl", null, V02, VerdictCodes.TlogMissing)]
    [InlineData("binary-linux-amd64-sharded.intoto.jsonl", null, V02, VerdictCodes.CertExpected)]
    public async Task Verify_judges_every_file(string file, string? workflow, string predicateType, string code)
    {
        byte[] evidence = Vectors.Bytes(Folder + file);

        (await Forgery.VerifyAsync(Request(file, evidence, workflow, predicateType))).Code.Should().Be(code);
    }

    [Fact]
    public void The_table_names_every_file_with_evidence()
    {
        var named = typeof(SlsaVerifierDataTests).GetMethod(nameof(Verify_judges_every_file))!.CustomAttributes
            .Where(static a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(static a => (string)((IReadOnlyCollection<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!).First().Value!);

        Directory.EnumerateFiles(Vectors.PathOf(Folder), "*", SearchOption.AllDirectories)
            .Select(static path => Path.GetRelativePath(Vectors.PathOf(Folder), path))
            .Where(static path => (path.EndsWith(".jsonl", StringComparison.Ordinal) || path.EndsWith(".slsa", StringComparison.Ordinal)) && !path.StartsWith("vsa", StringComparison.Ordinal))
            .Should().BeEquivalentTo(named);
    }

    [Theory]
    [InlineData("gha_generic/v2.1.0/binary-linux-amd64-push-v14.2.intoto.jsonl", Generic, V02)]
    [InlineData("gha_delegator/v2.1.0/binary-linux-amd64-push-v14.2.build.slsa", Delegator, V1)]
    public async Task Verify_accepts_bundles_of_GitHubs_builders_for_nobody_and_nothing_else(string file, string workflow, string predicateType)
    {
        var request = Request(file, Vectors.Bytes(Folder + file), workflow, predicateType);
        TextPattern.TryParse("https://github.com/slsa-framework/[^/]+/.*", out var pattern, out _).Should().BeTrue();
        var loopback = new SignatureVerifier(TrustedRoot.Parse(Vectors.Bytes("sigstore-vectors/trusted_root.json")), SignatureDemands.All);

        (await Forgery.VerifyAsync(request with { Identity = request.Identity! with { Subject = pattern! } })).ShouldPass();
        (await Forgery.VerifyAsync(request with { Subject = Forgery.Subject })).ShouldFail(VerdictCodes.SubjectMismatch);
        (await Forgery.VerifyAsync(request with { Signatures = loopback })).ShouldFail(VerdictCodes.TlogUntrusted);
        (await Forgery.VerifyAsync(request with { Identity = request.Identity with { Issuer = TextPattern.Exactly("https://evil.example") } })).ShouldFail(VerdictCodes.Identity);
    }

    [Fact]
    public async Task Verify_accepts_what_cosign_stored_under_the_older_tag_of_an_image()
    {
        var index = JsonNode.Parse(Vectors.Bytes(Container + "index.json"))!["manifests"]!.AsArray();
        var subject = Digest.Parse((string)index[0]!["digest"]!);
        byte[] manifest = Vectors.Bytes($"{Container}blobs/{Digest.Parse((string)index[1]!["digest"]!).Hex}");
        byte[] envelope = Vectors.Bytes($"{Container}blobs/{Digest.Parse((string)JsonNode.Parse(manifest)!["layers"]![0]!["digest"]!).Hex}");
        var repository = new MemoryRepository();
        repository.AddTag($"sha256-{subject.Hex}.att", manifest, envelope);
        var request = Request("", envelope, "generator_container_slsa3.yml@refs/tags/v2.1.0", V02) with { Subject = subject, Evidence = [new RegistryEvidence(repository)] };

        var verdict = await Forgery.VerifyAsync(request);

        verdict.ShouldPass();
        verdict.Accepted!.Signature!.LogEntries.Should().ContainSingle().Which.Should().StartWith("rekor.sigstore.dev ");
        (await Forgery.VerifyAsync(request with { Keys = [Forgery.Signer.PublicKey], Identity = null })).ShouldFail(VerdictCodes.KeyExpected);
    }

    // An expired certificate and an unknown builder are refused before anybody asks about them: whether the log held them is not known.
    [Fact]
    public async Task Verify_finds_no_trusted_time_for_an_older_envelope_where_no_log_is_asked_for() =>
        (await Forgery.VerifyAsync(Request("", Vectors.Bytes(Folder + "annotated-tag.intoto.jsonl"), null, V02) with
        {
            Signatures = new SignatureVerifier(TrustedRoot.ReadPublicGood(), new SignatureDemands { LogEntry = false }),
        })).ShouldFail(VerdictCodes.TimeMissing);

    // Its signature is two bare numbers, which counts in a bare envelope; its one subject is a number of another system, which no digest can equal.
    [Fact]
    public async Task Verify_believes_the_signature_of_a_verification_summary_but_not_a_subject_without_a_digest()
    {
        var request = new VerifyArtifact
        {
            Subject = Forgery.Subject,
            Evidence = [new OfferedEvidence("vsa", Vectors.Bytes(Folder + "vsa/gke-gce-pre.bcid-vsa.jsonl"))],
            Keys = [VerificationKey.FromPem(Vectors.Text(Folder + "vsa/vsa_signing_public_key.pem"))],
            PredicateTypes = ["https://slsa.dev/verification_summary/v1"],
        };

        var verdict = await Forgery.VerifyAsync(request);

        verdict.ShouldFail(VerdictCodes.SubjectWeakDigest);
        verdict.Candidates[0].SignerFingerprint.Should().Be(request.Keys[0].Fingerprint);
        (await Forgery.VerifyAsync(request with { Keys = [Forgery.Signer.PublicKey] })).ShouldFail(VerdictCodes.SigInvalid);
    }

    private static VerifyArtifact Request(string file, byte[] evidence, string? workflow, string predicateType)
    {
        TextPattern.TryParse(".*", out var anybody, out _).Should().BeTrue();
        return new VerifyArtifact
        {
            Subject = StatementReader.Read((workflow is null || file.Length is 0 ? Envelope.Parse(evidence) : Bundle.Parse(evidence).Envelope).Payload).Subjects[0].Digest!.ContentDigest!,
            Evidence = [new OfferedEvidence(file, evidence)],
            Identity = new ExpectedIdentity(workflow is null ? anybody! : TextPattern.Exactly(Generator + workflow), TextPattern.Exactly(GitHub)),
            Signatures = PublicGood,
            PredicateTypes = [predicateType],
        };
    }
}
