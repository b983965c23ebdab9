using System.Text.Json.Nodes;
using Provenance.Attestor.Tests.Verifying;
using Provenance.Attestor.Verifying;
using static Provenance.Attestor.Tests.Verifying.Forgery;

namespace Provenance.Attestor.Tests.Policies;

/// <summary>Attacks on evidence under a policy. Each makes one small change to evidence, or to a policy, that passes.</summary>
public sealed class PolicyAttackTests
{
    private const string Name = "registry.example.com/release/app";

    [Fact]
    public async Task Verify_accepts_the_evidence_that_the_attacks_start_from()
    {
        var verdict = await JudgeAsync(Bundle(Statement()));

        verdict.ShouldPass();
        verdict.Accepted!.Signer.Should().Be("builder-key");
        verdict.Requirements.Should().ContainSingle().Which.Name.Should().Be("release/provenance");
    }

    [Fact]
    public async Task Verify_rejects_a_builder_that_is_not_in_the_table() =>
        (await JudgeAsync(Bundle(s => s.At("predicate", "runDetails", "builder")["id"] = BuilderId + "/"))).ShouldFail(VerdictCodes.BuilderUntrusted);

    [Fact]
    public async Task Verify_rejects_a_trusted_builder_in_the_mouth_of_another_trusted_signer() =>
        (await JudgeAsync(Bundle(Statement(), Stranger))).ShouldFail(VerdictCodes.BuilderUntrusted);

    [Fact]
    public async Task Verify_rejects_a_signer_that_the_requirement_does_not_list() =>
        (await JudgeAsync(Bundle(Statement(), Stranger), PolicyText.With("signers: [builder-key, other-key]", "signers: [builder-key]")
            .Replace("use: [provenance]\n      key:\n        pem: |", "use: [provenance, release]\n      key:\n        pem: |", StringComparison.Ordinal)
            + """
                - name: approval
                  predicateTypes: ["https://in-toto.io/attestation/release/v0.1"]
                  signers: [other-key]

            """)).ShouldFail(VerdictCodes.SignerUntrusted);

    [Fact]
    public async Task Verify_rejects_a_build_type_that_the_builder_is_not_trusted_for() =>
        (await JudgeAsync(Bundle(s => s.At("predicate", "buildDefinition")["buildType"] = "https://tekton.dev/chains/v2/slsa"))).ShouldFail(VerdictCodes.BuildType);

    [Fact]
    public async Task Verify_does_not_believe_a_level_that_the_statement_claims()
    {
        string policy = PolicyText.With("signers: [other-key]\n      maxLevel: 2", "signers: [other-key]\n      maxLevel: 3")
            .Replace("minLevel: 2", "minLevel: 3", StringComparison.Ordinal);

        (await JudgeAsync(Bundle(s => s.At("predicate", "runDetails", "builder")["slsaLevel"] = 3), policy)).ShouldFail(VerdictCodes.LevelTooLow);
    }

    [Theory]
    [InlineData("git+https://git.example.com/org/app-evil@refs/tags/v1")]
    [InlineData("git+https://git.example.com/fork/app@refs/tags/v1")]
    [InlineData("git+https://git.example.com.evil.org/org/app@refs/tags/v1")]
    [InlineData("git+https://user@git.example.com/org/app@refs/tags/v1")]
    [InlineData("git+https://git.example.com@evil.org/org/app")]
    [InlineData("git+http://git.example.com/org/app@refs/tags/v1")]
    [InlineData("git+https://git.example.com/evil/../org/app@refs/tags/v1")]
    [InlineData("git+https://git.example.com/org%2fapp@refs/tags/v1")]
    [InlineData("git+https://git.example.com/org/app?x@refs/tags/v1")]
    [InlineData("git+https://git.example.com/org//app@refs/tags/v1")]
    [InlineData("git+https://git.example.com/org/APP@refs/tags/v1")]
    [InlineData("git+https://git.example.com/org/app@evil/repo@refs/tags/v1")]
    [InlineData("git+https://git.example.com/org/app@refs/tags/v1@refs/tags/v2")]
    [InlineData("https://git.example.com/org/app@refs/tags/v1")]
    [InlineData("git+https://gıt.example.com/org/app@refs/tags/v1")]
    [InlineData("")]
    public async Task Verify_rejects_another_source_repository(string uri) =>
        (await JudgeAsync(Bundle(s => s.Source()["uri"] = uri))).ShouldFail(VerdictCodes.SourceMismatch);

    [Theory]
    [InlineData("git+https://git.example.com/org/app@refs/tags/v1")]
    [InlineData("git+https://GIT.example.com:443/org/app.git@refs/heads/main")]
    [InlineData("git+https://git.example.com/org/app/@refs/tags/v1.0-rc.1")]
    public async Task Verify_accepts_other_spellings_of_the_same_repository(string uri) =>
        (await JudgeAsync(Bundle(s => s.Source()["uri"] = uri))).ShouldPass();

    [Theory]
    [InlineData("@refs/heads/main-evil", VerdictCodes.RefMismatch)]
    [InlineData("@refs/heads/main/x", VerdictCodes.RefMismatch)]
    [InlineData("@refs/tags/main", VerdictCodes.RefMismatch)]
    [InlineData("@refs/tags/v1/evil", VerdictCodes.RefMismatch)]
    [InlineData("", VerdictCodes.RefMismatch)]
    [InlineData("@main", VerdictCodes.SourceMismatch)]
    [InlineData("@refs/heads/main\n", VerdictCodes.SourceMismatch)]
    public async Task Verify_rejects_another_branch_or_tag(string reference, string code) =>
        (await JudgeAsync(Bundle(s => s.Source()["uri"] = "git+https://git.example.com/org/app" + reference))).ShouldFail(code);

    [Fact]
    public async Task Verify_reads_the_reference_from_the_annotation_unless_the_address_contradicts_it()
    {
        (await JudgeAsync(Bundle(s => Annotate(s, "git+https://git.example.com/org/app", "refs/heads/main")))).ShouldPass();
        (await JudgeAsync(Bundle(s => Annotate(s, "git+https://git.example.com/org/app@refs/tags/v1", "refs/heads/main")))).ShouldFail(VerdictCodes.RefMismatch);

        static void Annotate(JsonObject statement, string uri, string reference)
        {
            statement.Source()["uri"] = uri;
            statement.Source()["annotations"] = new JsonObject { ["ref"] = reference };
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"gitCommit": "main"}""")]
    [InlineData("""{"gitCommit": "6AAABB0EA9D2E26802784375DB2BF10027EC1FF4"}""")]
    [InlineData("""{"sha256": "6aaabb0ea9d2e26802784375db2bf10027ec1ff46aaabb0ea9d2e26802784375"}""")]
    [InlineData("""{"gitCommit": "6aaabb0ea9d2e26802784375db2bf10027ec1ff4", "sha1": "0000000000000000000000000000000000000000"}""")]
    public async Task Verify_rejects_a_source_that_is_not_pinned_to_a_commit(string digest) =>
        (await JudgeAsync(Bundle(s => s.Source()["digest"] = JsonNode.Parse(digest)))).ShouldFail(VerdictCodes.SourceUnpinned);

    [Fact]
    public async Task Verify_rejects_the_expected_repository_as_some_other_dependency()
    {
        (await JudgeAsync(Bundle(s => s.Source()["name"] = "inputs/library"))).ShouldFail(VerdictCodes.SourceMissing);
        (await JudgeAsync(Bundle(s =>
        {
            var other = s.Source().DeepClone();
            other["uri"] = "git+https://git.example.com/fork/app@refs/tags/v1";
            ((JsonArray)s.At("predicate", "buildDefinition", "resolvedDependencies")).Add(other);
        }))).ShouldFail(VerdictCodes.SourceMismatch);
    }

    [Theory]
    [InlineData("image", "registry.example.com/release/app\n")]
    [InlineData("image", "registry.example.com/release/app:evil")]
    [InlineData("image", "registryXexample.com/release/app")]
    [InlineData("target", "Release")]
    [InlineData("target", "")]
    [InlineData("verbose", "maybe")]
    public async Task Verify_rejects_an_evil_value_of_a_known_parameter(string name, string value) =>
        (await JudgeAsync(Bundle(s => s.Parameters()[name] = value))).ShouldFail(VerdictCodes.ParamValue);

    [Fact]
    public async Task Verify_compares_values_together_with_their_JSON_types()
    {
        (await JudgeAsync(Bundle(s => s.Parameters()["verbose"] = "true"))).ShouldPass();
        (await JudgeAsync(Bundle(s => s.Parameters()["verbose"] = true))).ShouldFail(VerdictCodes.ParamValue);
        (await JudgeAsync(Bundle(s => s.Parameters()["verbose"] = false))).ShouldPass();
        (await JudgeAsync(Bundle(s => s.Parameters()["verbose"] = 3))).ShouldPass();
        (await JudgeAsync(Bundle(s => s.Parameters()["verbose"] = "3"))).ShouldFail(VerdictCodes.ParamValue);
        (await JudgeAsync(Bundle(s => s.Parameters()["labels"] = new JsonObject { ["a"] = new JsonArray(1, "b") }))).ShouldPass();
    }

    [Fact]
    public async Task Verify_rejects_a_parameter_that_the_policy_does_not_know()
    {
        (await JudgeAsync(Bundle(s => s.Parameters()["extra-flags"] = "--evil"))).ShouldFail(VerdictCodes.ParamUnknown);
        (await JudgeAsync(Bundle(s => s.Parameters()["extra"] = new JsonArray(new JsonObject { ["deep"] = 1 })))).ShouldFail(VerdictCodes.ParamUnknown);
        (await JudgeAsync(Bundle(s => s.At("predicate", "buildDefinition", "externalParameters", "settings")["other"] = "x"))).ShouldFail(VerdictCodes.ParamUnknown);
        (await JudgeAsync(Bundle(s => s.At("predicate", "buildDefinition", "externalParameters")["definitions"] = "x"))).ShouldFail(VerdictCodes.ParamUnknown);
        (await JudgeAsync(Bundle(s => s.At("predicate", "buildDefinition", "externalParameters")["parameters/target"] = "x"))).ShouldFail(VerdictCodes.ParamUnknown);
    }

    [Fact]
    public async Task Verify_takes_null_and_empty_parameters_for_absent_ones()
    {
        (await JudgeAsync(Bundle(s => s.Parameters()["extra"] = null))).ShouldPass();
        (await JudgeAsync(Bundle(s => s.Parameters()["extra"] = new JsonObject()))).ShouldPass();
        (await JudgeAsync(Bundle(s => s.Parameters()["target"] = null))).ShouldFail(VerdictCodes.ParamMissing);
    }

    [Fact]
    public async Task Verify_rejects_a_required_parameter_that_was_moved_to_the_internal_ones() =>
        (await JudgeAsync(Bundle(s =>
        {
            s.Parameters().Remove("target");
            s.At("predicate", "buildDefinition", "internalParameters")["parameters"] = new JsonObject { ["target"] = "release" };
        }))).ShouldFail(VerdictCodes.ParamMissing);

    [Theory]
    [InlineData("builder")]
    [InlineData("buildType")]
    [InlineData("externalParameters")]
    public async Task Verify_rejects_a_predicate_without_what_it_must_have(string field) =>
        (await JudgeAsync(Bundle(s => ((JsonObject)s.At("predicate", field is "builder" ? "runDetails" : "buildDefinition")).Remove(field))))
        .ShouldFail(VerdictCodes.PredicateInvalid);

    [Fact]
    public async Task Verify_wants_everything_in_one_envelope()
    {
        var rightSource = Bundle(s => s.Parameters()["target"] = "debug");
        var rightParameters = Bundle(s => s.Source()["uri"] = "git+https://git.example.com/fork/app@refs/tags/v1");

        (await JudgeAsync([rightSource, rightParameters])).ShouldFail(VerdictCodes.ParamValue);
    }

    [Fact]
    public async Task Verify_wants_every_requirement_met()
    {
        string policy = PolicyText.With("use: [provenance]", "use: [provenance, sbom]") + """
                - name: sbom
                  predicateTypes: ["https://spdx.dev/Document"]
                  signers: [builder-key]

            """;
        byte[] sbom = Bundle(s => s["predicateType"] = "https://spdx.dev/Document");

        (await JudgeAsync([Bundle(Statement()), sbom], policy)).ShouldPass();
        (await JudgeAsync([sbom], policy)).ShouldFail(VerdictCodes.PredicateType);
        (await JudgeAsync([Bundle(Statement()), Bundle(s => s["predicateType"] = "https://spdx.dev/Document2")], policy)).ShouldFail(VerdictCodes.PredicateType);
    }

    [Theory]
    [InlineData("registry.example.com/release/app", true)]
    [InlineData("registry.example.com/release/team/app", true)]
    [InlineData("REGISTRY.example.com/release/app", true)]
    [InlineData("registry.example.com:443/release/app", true)]
    [InlineData("registry.example.com./release/app", true)]
    [InlineData("registry.example.com/release", false)]
    [InlineData("registry.example.com/released/app", false)]
    [InlineData("registry.example.com:5000/release/app", false)]
    [InlineData("evil.org/registry.example.com/release/app", false)]
    [InlineData("registry.example.com/release/sandbox/app", false)]
    [InlineData("registry.example.com/release/sandbox/team/app", true)]
    [InlineData(null, false)]
    public void Covers_compares_whole_names(string? name, bool covered) => PolicyText.Load().Covers(name).Should().Be(covered);

    [Fact]
    public async Task Verify_fails_where_no_policy_covers_the_artifact() =>
        (await VerifyAsync(Request(Bundle(Statement())) with { Keys = [], Policies = [PolicyText.Load()], ArtifactName = "registry.example.com/other" }))
        .ShouldFail(VerdictCodes.NoPolicy);

    [Fact]
    public async Task Verify_passes_with_a_warning_where_only_a_warning_policy_is_not_met()
    {
        var verdict = await JudgeAsync(Bundle(Statement(), Stranger), PolicyText.With("mode: enforce", "mode: warn"));

        verdict.Outcome.Should().Be(VerdictOutcome.Pass);
        verdict.Code.Should().Be(VerdictCodes.VerifiedWithWarnings);
        verdict.Accepted.Should().BeNull();
        verdict.Warnings.Should().ContainSingle().Which.Code.Should().Be(VerdictCodes.BuilderUntrusted);
    }

    [Fact]
    public async Task Verify_never_lets_a_namesake_in_another_file_answer_for_a_policy()
    {
        var strict = PolicyText.Load(PolicyText.With("{equals: \"release\"}", "{equals: \"other\"}"));

        foreach (var policies in new IPolicy[][] { [PolicyText.Load(), strict], [strict, PolicyText.Load()] })
        {
            var verdict = await VerifyAsync(Request(Bundle(Statement())) with { Keys = [], Policies = policies, ArtifactName = Name });
            verdict.ShouldFail(VerdictCodes.ParamValue);
        }
    }

    [Fact]
    public async Task Verify_wants_the_key_and_the_policy_where_both_are_given()
    {
        var request = Request(Bundle(Statement())) with { Policies = [PolicyText.Load()], ArtifactName = Name };

        (await VerifyAsync(request)).ShouldPass();
        (await VerifyAsync(request with { Keys = [Stranger.PublicKey] })).ShouldFail(VerdictCodes.SignerUntrusted);
    }

    private static Task<Verdict> JudgeAsync(byte[] evidence, string? policy = null) => JudgeAsync([evidence], policy);

    private static Task<Verdict> JudgeAsync(byte[][] evidence, string? policy = null) =>
        VerifyAsync(Request(evidence) with { Keys = [], Policies = [PolicyText.Load(policy)], ArtifactName = Name });
}
