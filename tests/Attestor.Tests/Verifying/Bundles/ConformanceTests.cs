using Provenance.Attestor.Tests.Data;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Every case of sigstore-conformance that is kept here ends as its name says, and for the right reason.</summary>
public sealed class ConformanceTests
{
    [Theory]
    [InlineData("bundle-empty-certificate-chain_fail", "BUNDLE_CONTENT")]
    [InlineData("bundle-invalid-base64-signature_fail", "BASE64")]
    [InlineData("bundle-with-sct-with-extensions", "VERIFIED")]
    [InlineData("checkpoint-bad-keyhint_fail", "TLOG_PROOF")]
    [InlineData("checkpoint-wrong-roothash_fail", "TLOG_PROOF")]
    [InlineData("dsse-invalid-sig_fail", "TLOG_MISMATCH")]
    [InlineData("dsse-mismatch-envelope_fail", "TLOG_MISMATCH")]
    [InlineData("dsse-mismatch-sig_fail", "TLOG_MISMATCH")]
    [InlineData("happy-path-intoto-in-dsse-v3", "VERIFIED")]
    [InlineData("happy-path-v0.1", "VERIFIED")]
    [InlineData("happy-path-v0.2", "VERIFIED")]
    [InlineData("happy-path-v0.3", "VERIFIED")]
    [InlineData("happy-path-v0.3-new-mediaType", "VERIFIED")]
    [InlineData("inclusion-proof-corrupted-hash_fail", "TLOG_PROOF")]
    [InlineData("integrated-time-in-future_fail", "TIME_OUT_OF_RANGE")]
    [InlineData("intoto-set-outside-signing-cert-validity_fail", "TIME_OUT_OF_RANGE")]
    [InlineData("invalid-ct-key_fail", "CERT_SCT")]
    [InlineData("invalid-inclusion-proof_fail", "TLOG_PROOF")]
    [InlineData("managed-key-happy-path", "VERIFIED")]
    [InlineData("managed-key-wrong-key_fail", "KEY_INVALID")]
    [InlineData("message-digest-mismatch_fail", "TLOG_MISMATCH")]
    [InlineData("rekor2-checkpoint-cosigned", "VERIFIED")]
    [InlineData("rekor2-checkpoint-missing-log-signature_fail", "TLOG_PROOF")]
    [InlineData("rekor2-checkpoint-missing-origin_fail", "TLOG_PROOF")]
    [InlineData("rekor2-checkpoint-missing-root-hash_fail", "TLOG_PROOF")]
    [InlineData("rekor2-checkpoint-missing-size_fail", "TLOG_PROOF")]
    [InlineData("rekor2-checkpoint-multiple-cosigs", "VERIFIED")]
    [InlineData("rekor2-checkpoint-no-matching-signature_fail", "TLOG_PROOF")]
    [InlineData("rekor2-checkpoint-origin-not-first", "VERIFIED")]
    [InlineData("rekor2-checkpoint-two-sigs-from-origin", "VERIFIED")]
    [InlineData("rekor2-dsse-happy-path", "VERIFIED")]
    [InlineData("rekor2-dsse-invalid-sig_fail", "TLOG_MISMATCH")]
    [InlineData("rekor2-dsse-mismatch-envelope_fail", "TLOG_MISMATCH")]
    [InlineData("rekor2-dsse-mismatch-sig_fail", "TLOG_MISMATCH")]
    [InlineData("rekor2-happy-path", "VERIFIED")]
    [InlineData("rekor2-no-inclusion-proof_fail", "TLOG_PROOF")]
    [InlineData("rekor2-no-timestamp_fail", "TIME_MISSING")]
    [InlineData("rekor2-timestamp-outside-trust-root-tsa-validity_fail", "TIME_UNTRUSTED")]
    [InlineData("rekor2-timestamp-outside-tsa-cert-validity_fail", "TIME_INVALID")]
    [InlineData("rekor2-timestamp-with-embedded-cert", "VERIFIED")]
    [InlineData("rekor2-timestamp-with-expired-cert-chain", "VERIFIED")]
    [InlineData("rekor2-timestamp-without-embedded-cert", "VERIFIED")]
    [InlineData("set-invalid-signature_fail", "TLOG_SET")]
    [InlineData("signature-mismatch_fail", "TLOG_MISMATCH")]
    [InlineData("trust-root-tlog-missing-validity-start_fail", "TRUST_ROOT_INVALID")]
    [InlineData("trust-root-tlog-validity-end-inclusive", "VERIFIED")]
    [InlineData("wrong-hashedrekord-artifact_fail", "TLOG_MISMATCH")]
    [InlineData("wrong-hashedrekord-cert-and-sig_fail", "TLOG_MISMATCH")]
    [InlineData("wrong-hashedrekord-entry_fail", "TLOG_MISMATCH")]
    [InlineData("wrong-material_fail", "SUBJECT_MISMATCH")]
    public void Bundle_verification_gives_the_verdict_that_conformance_asks_for(string name, string code)
    {
        (code is "VERIFIED").Should().Be(!name.EndsWith("_fail", StringComparison.Ordinal));

        new ConformanceCase(name).Verify(asDigest: false).Should().Be(code);
        new ConformanceCase(name).Verify(asDigest: true).Should().Be(code);
    }

    [Fact]
    public void Every_case_at_hand_is_in_the_table() =>
        typeof(ConformanceTests).GetMethod(nameof(Bundle_verification_gives_the_verdict_that_conformance_asks_for))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false)
            .Should().HaveCount(ConformanceCase.Names.Count());
}
