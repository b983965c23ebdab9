using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Verifying;
using static Provenance.Attestor.Tests.Verifying.Forgery;

namespace Provenance.Attestor.Tests.Verifying;

/// <summary>Attacks on evidence under a key. Each makes one small change to evidence that passes.</summary>
public sealed class KeyedAttackTests
{
    [Fact]
    public async Task Verify_accepts_the_evidence_that_the_attacks_start_from()
    {
        var verdict = await VerifyAsync(Bundle(Statement()));

        verdict.ShouldPass();
        verdict.Accepted!.SignerFingerprint.Should().Be(Signer.PublicKey.Fingerprint);
        verdict.Accepted.BuilderId.Should().Be(BuilderId);
        verdict.Accepted.PredicateType.Should().Be("https://slsa.dev/provenance/v1");
    }

    [Fact]
    public async Task Verify_rejects_another_artifact() =>
        (await VerifyAsync(Request(Bundle(Statement())) with { Subject = ArtifactStore.Digests.Digest.Of("other bytes"u8) }))
        .ShouldFail(VerdictCodes.SubjectMismatch);

    [Fact]
    public async Task Verify_rejects_an_attestation_replayed_onto_an_artifact_of_the_same_name() =>
        (await VerifyAsync(Bundle(s => s.At("subject", 0, "digest")["sha256"] = new string('a', 64)))).ShouldFail(VerdictCodes.SubjectMismatch);

    [Theory]
    [InlineData("sha1", 40)]
    [InlineData("md5", 32)]
    [InlineData("gitCommit", 40)]
    [InlineData("SHA256", 64)]
    public async Task Verify_rejects_a_subject_with_a_weak_or_unknown_digest_only(string algorithm, int length) =>
        (await VerifyAsync(Bundle(s => s["subject"]![0]!["digest"] = new JsonObject { [algorithm] = Subject.Hex[..length] })))
        .ShouldFail(VerdictCodes.SubjectWeakDigest);

    [Theory]
    [InlineData("https://slsa.dev/verification_summary/v1")]
    [InlineData("https://slsa.dev/provenance/v0.2")]
    [InlineData("https://slsa.dev/provenance/v1 ")]
    [InlineData("https://slsa.dev/Provenance/v1")]
    public async Task Verify_rejects_another_predicate_type(string type) =>
        (await VerifyAsync(Bundle(s => s["predicateType"] = type))).ShouldFail(VerdictCodes.PredicateType);

    [Fact]
    public async Task Verify_finds_no_evidence_where_a_search_turns_up_another_predicate_type_only()
    {
        var repository = new MemoryRepository();
        repository.AddReferrer(Bundle(s => s["predicateType"] = "https://spdx.dev/Document"));

        var verdict = await VerifyAsync(Request() with { Evidence = [new RegistryEvidence(repository)] });

        verdict.ShouldFail(VerdictCodes.NoEvidence);
        verdict.Candidates.Should().ContainSingle().Which.Code.Should().Be(VerdictCodes.PredicateType);
        verdict.Message.Should().Contain("https://spdx.dev/Document");
    }

    [Fact]
    public async Task Verify_rejects_a_payload_type_that_was_altered() =>
        (await VerifyAsync(Tampered(b => b.At("dsseEnvelope")["payloadType"] = "application/json"))).ShouldFail(VerdictCodes.PayloadType);

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/vnd.in-toto.provenance+json")]
    [InlineData("application/vnd.in-toto+json;charset=utf-8")]
    public async Task Verify_rejects_another_payload_type_that_the_trusted_key_signed(string type) =>
        (await VerifyAsync(SignedAs(type, Statement()))).ShouldFail(VerdictCodes.PayloadType);

    [Fact]
    public async Task Verify_rejects_a_payload_altered_by_a_byte() =>
        (await VerifyAsync(Tampered(b => b.At("dsseEnvelope")["payload"] =
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Statement()).Replace("app-1", "app-2", StringComparison.Ordinal))))))
        .ShouldFail(VerdictCodes.SigInvalid);

    [Fact]
    public async Task Verify_rejects_a_signature_grafted_from_another_statement()
    {
        var other = (JsonObject)JsonNode.Parse(Bundle(s => s.Parameters()["target"] = "debug"))!;

        (await VerifyAsync(Tampered(b => b.At("dsseEnvelope")["signatures"] = other.At("dsseEnvelope", "signatures").DeepClone())))
            .ShouldFail(VerdictCodes.SigInvalid);
    }

    [Fact]
    public async Task Verify_rejects_a_signature_over_the_bare_payload() =>
        (await VerifyAsync(Tampered(b => b.At("dsseEnvelope", "signatures", 0)["sig"] = Convert.ToBase64String(Signer.Sign(Statement())))))
        .ShouldFail(VerdictCodes.SigInvalid);

    [Fact]
    public async Task Verify_rejects_a_signature_that_is_no_DER_sequence() =>
        (await VerifyAsync(Tampered(b => b.At("dsseEnvelope", "signatures", 0)["sig"] = Convert.ToBase64String(new byte[64]))))
        .ShouldFail(VerdictCodes.SigInvalid);

    [Fact]
    public async Task Verify_rejects_a_stranger()
    {
        var verdict = await VerifyAsync(Bundle(Statement(), Stranger));

        verdict.ShouldFail(VerdictCodes.SignerUntrusted);
        verdict.Candidates.Single().Actual.Should().Be($"sha256:{Stranger.PublicKey.Fingerprint}", "the bundle says so");
        verdict.Candidates.Should().ContainSingle().Which.SignerFingerprint.Should().BeNull("nothing of the evidence was verified");
    }

    [Fact]
    public async Task Verify_rejects_a_stranger_who_copies_the_hint_of_the_trusted_key() =>
        (await VerifyAsync(Tampered(b => b.At("verificationMaterial", "publicKey")["hint"] = Signer.PublicKey.Hint, Bundle(Statement(), Stranger))))
        .ShouldFail(VerdictCodes.SigInvalid);

    [Fact]
    public async Task Verify_does_not_believe_the_hint_either_way() =>
        (await VerifyAsync(Tampered(b => b.At("verificationMaterial", "publicKey")["hint"] = "some-key-id"))).ShouldPass();

    [Fact]
    public async Task Verify_rejects_a_bundle_with_a_certificate_when_a_key_is_given() =>
        (await VerifyAsync(Request(Data.Vectors.Bytes("sigstore-vectors/kl1.bundle.json")))).ShouldFail(VerdictCodes.KeyExpected);

    [Theory]
    [InlineData("failed")]
    [InlineData("timedOut")]
    [InlineData("cancelled")]
    [InlineData("Succeeded")]
    public async Task Verify_rejects_genuine_provenance_of_a_run_that_did_not_succeed(string outcome)
    {
        byte[] bundle = Bundle(s => s.At("predicate", "buildDefinition", "internalParameters", "run")["outcome"] = outcome);

        (await VerifyAsync(bundle)).ShouldFail(VerdictCodes.RunNotSucceeded);
        (await VerifyAsync(Request(bundle) with { AllowFailedRuns = true })).ShouldPass();
    }

    [Fact]
    public async Task Verify_rejects_an_outcome_of_another_type() =>
        (await VerifyAsync(Bundle(s => s.At("predicate", "buildDefinition", "internalParameters", "run")["outcome"] = true)))
        .ShouldFail(VerdictCodes.RunNotSucceeded);

    [Fact]
    public async Task Verify_does_not_read_an_outcome_into_other_build_types() =>
        (await VerifyAsync(Bundle(s =>
        {
            s.At("predicate", "buildDefinition")["buildType"] = "https://example.com/other";
            s.At("predicate", "buildDefinition", "internalParameters", "run")["outcome"] = "failed";
        }))).ShouldPass();

    [Theory]
    [InlineData("https://in-toto.io/Statement/v0.1", true)]
    [InlineData("https://in-toto.io/Statement/v2", false)]
    [InlineData("https://in-toto.io/statement/v1", false)]
    [InlineData("", false)]
    public async Task Verify_accepts_known_statement_types_only(string type, bool accepted)
    {
        var verdict = await VerifyAsync(Bundle(s => s["_type"] = type));

        if (accepted)
        {
            verdict.ShouldPass();
        }
        else
        {
            verdict.ShouldFail(VerdictCodes.StatementInvalid);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Verify_rejects_a_bundle_without_exactly_one_signature(int count) =>
        (await VerifyAsync(Tampered(b =>
        {
            var signature = b.At("dsseEnvelope", "signatures", 0);
            b.At("dsseEnvelope")["signatures"] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => signature.DeepClone())]);
        }))).ShouldFail(VerdictCodes.SigCount);

    [Fact]
    public async Task Verify_accepts_a_bare_envelope_when_one_of_its_signatures_is_trusted()
    {
        (await VerifyAsync(EnvelopeBy(Stranger, Signer))).ShouldPass();
        (await VerifyAsync(EnvelopeBy(Stranger, Stranger))).ShouldFail(VerdictCodes.SigInvalid);
    }

    [Theory]
    [InlineData("application/vnd.dev.sigstore.bundle.v0.4+json")]
    [InlineData("application/vnd.dev.sigstore.bundle+json;version=0.4")]
    [InlineData("application/vnd.dev.sigstore.bundle.v1+json")]
    [InlineData("application/json")]
    public async Task Verify_rejects_bundle_versions_that_it_does_not_know(string mediaType) =>
        (await VerifyAsync(Tampered(b => b["mediaType"] = mediaType))).ShouldFail(VerdictCodes.BundleVersion);

    [Fact]
    public async Task Verify_rejects_a_bundle_without_an_attestation_or_with_a_message_signature()
    {
        (await VerifyAsync(Tampered(b => b.Remove("dsseEnvelope")))).ShouldFail(VerdictCodes.BundleContent);
        (await VerifyAsync(Tampered(b => b["messageSignature"] = new JsonObject()))).ShouldFail(VerdictCodes.BundleContent);
        (await VerifyAsync(Tampered(b => b["verificationMaterial"] = new JsonObject()))).ShouldFail(VerdictCodes.BundleContent);
        (await VerifyAsync(Tampered(b => b.At("verificationMaterial")["certificate"] = new JsonObject { ["rawBytes"] = "AAAA" })))
            .ShouldFail(VerdictCodes.BundleContent);
    }

    [Fact]
    public async Task Verify_finds_no_evidence_where_there_is_none() => (await VerifyAsync()).ShouldFail(VerdictCodes.NoEvidence);

    [Fact]
    public async Task Verify_fails_without_any_key_or_policy() =>
        (await VerifyAsync(Request(Bundle(Statement())) with { Keys = [] })).ShouldFail(VerdictCodes.NoPolicy);

    [Fact]
    public async Task Verify_never_shows_control_characters_of_the_evidence()
    {
        var verdict = await VerifyAsync(Bundle(s => s["predicateType"] = "\u001b[2J\u202e"));

        verdict.Candidates.Should().OnlyContain(c => !(c.Message + c.Actual + c.PredicateType).Any(x => char.IsControl(x) || x == '\u202e'));
    }
}
