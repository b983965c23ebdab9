using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Policies;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.Verifying;
using Provenance.Attestor.Tests.Verifying.Bundles;
using Provenance.Attestor.Verifying;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Policies;

/// <summary>Keys that are trusted within a time: the time that counts is the one that a trusted witness saw, never one that a signer states.</summary>
public sealed class PolicyKeyWindowTests : IDisposable
{
    private const string FirstHalf = ", trustRoot: root.json, notBefore: \"2026-01-01T00:00:00Z\", notAfter: \"2026-06-30T23:59:59Z\"";
    private const string SecondHalf = ", trustRoot: root.json, notBefore: \"2026-07-01T00:00:00Z\"";

    private readonly PrivateSigstore sigstore = new();
    private readonly TemporaryFolder folder = new();

    public PolicyKeyWindowTests()
    {
        File.WriteAllText(folder["root.json"], sigstore.TrustedRootJson().ToJsonString());
        File.WriteAllText(folder["old.pub"], Forgery.Signer.PublicKey.ToPem());
        File.WriteAllText(folder["new.pub"], Forgery.Stranger.PublicKey.ToPem());
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("2026-01-01T00:00:00Z", true)]
    [InlineData("2026-03-04T05:06:07Z", true)]
    [InlineData("2026-06-30T23:59:59Z", true)]
    [InlineData("2026-07-01T00:00:00Z", false)]
    [InlineData("2026-11-20T00:00:00Z", false)]
    public async Task A_signature_counts_when_a_trusted_log_saw_it_within_the_window_both_ends_included(string seen, bool counts) =>
        Judge(await VerifyAsync(Logged(Forgery.Signer, seen)), counts);

    [Theory]
    [InlineData("2026-02-28T23:59:59Z", false)]
    [InlineData("2026-03-01T00:00:00Z", true)]
    public async Task A_signature_before_the_window_does_not_count(string seen, bool counts) =>
        Judge(await VerifyAsync(Logged(Forgery.Signer, seen), old: FirstHalf.Replace("01-01", "03-01", StringComparison.Ordinal)), counts);

    [Fact]
    public async Task An_offset_other_than_zero_names_the_same_moment()
    {
        const string Window = ", trustRoot: root.json, notAfter: 2026-07-01T01:59:59+02:00";
        Judge(await VerifyAsync(Logged(Forgery.Signer, "2026-06-30T23:59:59Z"), old: Window), true);
        Judge(await VerifyAsync(Logged(Forgery.Signer, "2026-07-01T00:00:00Z"), old: Window), false);
    }

    [Fact]
    public async Task A_bundle_without_a_trusted_time_cannot_be_placed_in_the_window_whatever_it_says_of_itself()
    {
        byte[] backdated = Forgery.Bundle(statement => statement.At("predicate", "runDetails")["metadata"] = new JsonObject
        {
            ["invocationId"] = "1",
            ["startedOn"] = "2026-03-04T05:06:07Z",
            ["finishedOn"] = "2026-03-04T05:06:08Z",
        });

        var verdict = await VerifyAsync(backdated);

        verdict.ShouldFail(VerdictCodes.KeyWindow);
        verdict.Candidates.Should().ContainSingle().Which.Expected.Should().Be("2026-01-01T00:00:00Z to 2026-06-30T23:59:59Z");
    }

    [Fact]
    public async Task A_bare_envelope_cannot_be_placed_in_the_window() =>
        (await VerifyAsync(new OfferedEvidence("envelope", Forgery.EnvelopeBy(Forgery.Signer)))).ShouldFail(VerdictCodes.KeyWindow);

    [Fact]
    public async Task A_backdated_log_entry_is_refused_because_the_log_did_not_promise_that_time()
    {
        var bundle = Logged(Forgery.Signer, "2026-11-20T00:00:00Z");
        bundle.At("verificationMaterial", "tlogEntries", 0)["integratedTime"] = Seconds("2026-03-04T05:06:07Z");

        (await VerifyAsync(bundle)).ShouldFail(VerdictCodes.TlogSet);
    }

    [Fact]
    public async Task An_entry_of_a_log_that_is_not_trusted_gives_no_time() =>
        (await VerifyAsync((JsonObject)new PrivateSigstore().Sign(Forgery.Statement(), Forgery.Signer, Time("2026-03-04T05:06:07Z")))).ShouldFail(VerdictCodes.TlogUntrusted);

    [Fact]
    public async Task A_log_entry_of_another_bundle_gives_no_time()
    {
        var bundle = Logged(Forgery.Signer, "2026-11-20T00:00:00Z");
        var early = Logged(Forgery.Signer, "2026-03-04T05:06:07Z");
        bundle["verificationMaterial"]!["tlogEntries"] = early["verificationMaterial"]!["tlogEntries"]!.DeepClone();

        (await VerifyAsync(bundle)).ShouldFail(VerdictCodes.TlogMismatch);
    }

    [Theory]
    [InlineData("2026-03-04T05:06:07Z", true, true)]
    [InlineData("2026-08-04T05:06:07Z", true, false)]
    [InlineData("2026-03-04T05:06:07Z", false, false)]
    [InlineData("2026-08-04T05:06:07Z", false, true)]
    public async Task The_window_of_one_signer_does_not_help_another(string seen, bool byOldKey, bool counts) =>
        Judge(await VerifyAsync(Logged(byOldKey ? Forgery.Signer : Forgery.Stranger, seen)), counts);

    [Fact]
    public async Task A_key_without_a_window_counts_beside_one_that_has_ended()
    {
        Judge(await VerifyAsync(new OfferedEvidence("bundle", Forgery.Bundle(Forgery.Statement(), Forgery.Stranger)), @new: ""), true);
        Judge(await VerifyAsync(Logged(Forgery.Signer, "2026-08-04T05:06:07Z"), FirstHalf, ""), false);
    }

    [Fact]
    public async Task A_key_that_is_not_listed_at_all_gains_nothing_by_a_good_time()
    {
        using var stranger = KeySigner.From(System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256));

        (await VerifyAsync(Logged(stranger, "2026-03-04T05:06:07Z"))).ShouldFail(VerdictCodes.SignerUntrusted);
    }

    [Theory]
    [InlineData(", notAfter: \"2026-07-01T00:00:00Z\"", "trustRoot is missing")]
    [InlineData(", trustRoot: root.json", "no effect without notBefore or notAfter")]
    [InlineData(", trustRoot: none.json, notAfter: \"2026-07-01T00:00:00Z\"", "trusted root cannot be used")]
    [InlineData(", trustRoot: root.json, notBefore: \"2026-07-01T00:00:01Z\", notAfter: \"2026-07-01T00:00:00Z\"", "later than notAfter")]
    [InlineData(", trustRoot: root.json, notAfter: \"2026-07-01\"", "must be a time with its offset")]
    [InlineData(", trustRoot: root.json, notAfter: \"2026-07-01T00:00:00\"", "must be a time with its offset")]
    [InlineData(", trustRoot: root.json, notAfter: \"2026-07-01 00:00:00Z\"", "must be a time with its offset")]
    [InlineData(", trustRoot: root.json, notAfter: \"2026-02-30T00:00:00Z\"", "must be a time with its offset")]
    [InlineData(", trustRoot: root.json, notAfter: 1782864000", "must be a time with its offset")]
    [InlineData(", trustRoot: root.json, notafter: \"2026-07-01T00:00:00Z\"", "notafter is unknown")]
    public void A_window_that_leaves_open_when_the_key_counts_is_refused(string window, string problem) =>
        FluentActions.Invoking(() => Load(window, SecondHalf)).Should().Throw<PolicyException>().Which.Message.Should().Contain(problem);

    private static void Judge(Verdict verdict, bool counts)
    {
        if (counts)
        {
            verdict.ShouldPass();
        }
        else
        {
            verdict.ShouldFail(VerdictCodes.KeyWindow);
        }
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Seconds(string text) => Time(text).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private JsonObject Logged(KeySigner signer, string seen) => sigstore.Sign(Forgery.Statement(), signer, Time(seen));

    private Task<Verdict> VerifyAsync(JsonObject bundle, string old = FirstHalf) =>
        VerifyAsync(new OfferedEvidence("bundle", Encoding.UTF8.GetBytes(bundle.ToJsonString())), old);

    private Task<Verdict> VerifyAsync(byte[] bundle) => VerifyAsync(new OfferedEvidence("bundle", bundle));

    private Task<Verdict> VerifyAsync(JsonObject bundle, string old, string @new) =>
        VerifyAsync(new OfferedEvidence("bundle", Encoding.UTF8.GetBytes(bundle.ToJsonString())), old, @new);

    private Task<Verdict> VerifyAsync(EvidenceSource evidence, string old = FirstHalf, string @new = SecondHalf) => Forgery.VerifyAsync(new VerifyArtifact
    {
        Subject = Forgery.Subject,
        ArtifactName = "registry.example.com/release/app",
        Evidence = [evidence],
        Policies = Load(old, @new),
    });

    private IReadOnlyList<VerificationPolicy> Load(string old, string @new)
    {
        File.WriteAllText(folder["policy.yaml"], $$"""
            apiVersion: provenance.dev/v1alpha1
            kind: VerificationPolicy
            metadata:
              name: rotated
            spec:
              match:
                images:
                  - glob: "registry.example.com/release/**"
              signers:
                - name: key-of-spring
                  use: [provenance]
                  key: {file: old.pub{{old}}}
                - name: key-of-autumn
                  use: [provenance]
                  key: {file: new.pub{{@new}}}
              builders:
                - id: "{{Forgery.BuilderId}}"
                  signers: [key-of-spring, key-of-autumn]
                  maxLevel: 2
                  buildTypes: ["{{Forgery.BuildType}}"]
              require:
                - name: provenance
                  predicateTypes: ["https://slsa.dev/provenance/v1"]
                  signers: [key-of-spring, key-of-autumn]
                  provenance:
                    minLevel: 2
            """);
        return PolicyFile.Load([folder["policy.yaml"]]);
    }
}
