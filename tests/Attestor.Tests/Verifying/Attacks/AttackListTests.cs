using System.Globalization;
using Provenance.Attestor.Tests.Policies;
using Provenance.Attestor.Tests.Verifying.Bundles;

namespace Provenance.Attestor.Tests.Verifying.Attacks;

/// <summary>
/// Which tests answer which attack on evidence. Numbers with a row of their own in a table are answered there, keyed and keyless; the others
/// are listed here by the tests that make them.
/// </summary>
public sealed class AttackListTests
{
    private static readonly Dictionary<string, string[]> Elsewhere = new()
    {
        ["T12"] = [nameof(ProvenanceAttackTests.Verify_does_not_believe_a_level_that_the_statement_claims)],

        // Policies cannot ask that dependencies have digests, nor for several signers: fields that would are refused.
        ["T17"] = [nameof(PolicyFileTests.Parse_refuses_one_wrong_line_and_names_its_place)],
        ["T31"] = [nameof(PolicyFileTests.Parse_refuses_one_wrong_line_and_names_its_place), nameof(KeyedAttackTests.Verify_accepts_a_bare_envelope_when_one_of_its_signatures_is_trusted)],

        // Of certificates only: a key has no time, no log entry that is asked for, no issuer and no name.
        ["T21"] = [nameof(CertificateAttackTests.Verify_needs_the_log_entry_that_is_asked_for_whatever_version_the_bundle_claims)],
        ["T22"] = [nameof(CertificateAttackTests.Verify_needs_a_trusted_time_and_never_takes_the_present_one)],
        ["T23"] = [nameof(CertificateAttackTests.Verify_needs_a_trusted_time_and_never_takes_the_present_one), nameof(AuthorityChainTests.Verify_asks_that_every_authority_was_valid_when_the_signature_was_made)],
        ["T24"] =
        [
            nameof(CertificateAttackTests.Verify_rejects_an_altered_payload_and_a_grafted_signature),
            nameof(LogEntryAttackTests.Verify_answers_an_attack_on_a_log_entry_with_its_code),
        ],
        ["T25"] = [nameof(LogEntryAttackTests.Verify_answers_an_attack_on_a_log_entry_with_its_code)],
        ["T26"] =
        [
            nameof(CertificateAttackTests.Verify_rejects_certificates_that_are_not_for_signing),
            nameof(CertificateAttackTests.Verify_rejects_a_root_certificate_inside_the_bundle),
            nameof(CertificateAttackTests.Verify_rejects_entries_and_certificates_of_an_instance_that_is_not_trusted),
            nameof(AuthorityChainTests.Verify_never_takes_an_authority_out_of_the_bundle),
        ],
        ["T27"] = [nameof(CertificateAttackTests.Verify_binds_the_name_and_the_issuer_both), nameof(PolicyIdentityTests.A_policy_trusts_the_identity_that_it_names_and_no_other)],
    };

    [Fact]
    public void Every_attack_on_evidence_has_a_test()
    {
        IEnumerable<string> rows = [.. EnvelopeAttackTests.Names, .. ProvenanceAttackTests.Names];
        var answered = rows.Select(static row => row[..3]).Concat(Elsewhere.Keys).Distinct();

        answered.Where(static number => number is not "T00").Should()
            .BeEquivalentTo(Enumerable.Range(1, 33).Select(static number => string.Create(CultureInfo.InvariantCulture, $"T{number:00}")));
    }

    [Fact]
    public void Every_test_that_the_list_names_is_one() => Elsewhere.Values.SelectMany(static names => names).Should().OnlyContain(static name =>
        typeof(AttackListTests).Assembly.GetTypes().SelectMany(static type => type.GetMethods()).Any(method =>
            method.Name == name && method.CustomAttributes.Any(static attribute => attribute.AttributeType == typeof(FactAttribute) || attribute.AttributeType == typeof(TheoryAttribute))));
}
