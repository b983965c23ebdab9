using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Attacks;

/// <summary>Genuine statements that claim too much, under a policy that trusts a key, and under the same one that trusts an identity.</summary>
public sealed class ProvenanceAttackTests
{
    private static readonly Dictionary<string, (string Code, Action<JsonObject> Change)> Attacks = new()
    {
        ["T00 nothing is changed"] = (VerdictCodes.Verified, Unchanged),
        ["T11 the builder is not in the table"] = (VerdictCodes.BuilderUntrusted, static s => s.At("predicate", "runDetails", "builder")["id"] = Forgery.BuilderId + "/"),
        ["T11 the builder is another signer's"] = (VerdictCodes.BuilderUntrusted, static s => s.At("predicate", "runDetails", "builder")["id"] = "https://ci.example.com/provenance/other-cluster"),
        ["T13 the repository is a fork"] = (VerdictCodes.SourceMismatch, static s => s.Source()["uri"] = "git+https://git.example.com/fork/app@refs/tags/v1"),
        ["T13 the repository's name goes on"] = (VerdictCodes.SourceMismatch, static s => s.Source()["uri"] = "git+https://git.example.com/org/app-evil@refs/tags/v1"),
        ["T13 the address has a user"] = (VerdictCodes.SourceMismatch, static s => s.Source()["uri"] = "git+https://git.example.com@evil.org/org/app@refs/tags/v1"),
        ["T14 the branch's name goes on"] = (VerdictCodes.RefMismatch, static s => s.Source()["uri"] = "git+https://git.example.com/org/app@refs/heads/main-evil"),
        ["T14 a tag is called like the branch"] = (VerdictCodes.RefMismatch, static s => s.Source()["uri"] = "git+https://git.example.com/org/app@refs/tags/main"),
        ["T14 the branch is short"] = (VerdictCodes.SourceMismatch, static s => s.Source()["uri"] = "git+https://git.example.com/org/app@main"),
        ["T15 the commit is missing"] = (VerdictCodes.SourceUnpinned, static s => s.Source()["digest"] = new JsonObject()),
        ["T15 the commit is a name"] = (VerdictCodes.SourceUnpinned, static s => s.Source()["digest"] = new JsonObject { ["gitCommit"] = "main" }),
        ["T16 the repository is some other dependency"] = (VerdictCodes.SourceMissing, static s => s.Source()["name"] = "inputs/library"),
        ["T18 a known parameter has an evil value"] = (VerdictCodes.ParamValue, static s => s.Parameters()["image"] = "registry.example.com/release/app:evil"),
        ["T19 there is a parameter more"] = (VerdictCodes.ParamUnknown, static s => s.Parameters()["extra-flags"] = "--evil"),
        ["T20 a parameter became an internal one"] = (VerdictCodes.ParamMissing, MoveTarget),
        ["T20 a parameter has another type"] = (VerdictCodes.ParamValue, static s => s.Parameters()["verbose"] = "3"),
    };

    public static TheoryData<string> Names { get; } = new(Attacks.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Verify_answers_a_false_claim_of_a_trusted_key_with_its_code(string attack) => await ShouldGive(AttackedSigner.Keyed, attack);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Verify_answers_a_false_claim_of_a_trusted_identity_with_its_code(string attack) => await ShouldGive(AttackedSigner.Keyless, attack);

    // T12. The other builder may make level 3, this one may not; what the statement says of itself is not read.
    [Fact]
    public async Task Verify_does_not_believe_a_level_that_the_statement_claims()
    {
        foreach (var signer in new[] { AttackedSigner.Keyed, AttackedSigner.Keyless })
        {
            var policy = signer.LoadPolicy(static text => text
                .Replace("signers: [other-key]\n      maxLevel: 2", "signers: [other-key]\n      maxLevel: 3", StringComparison.Ordinal)
                .Replace("minLevel: 2", "minLevel: 3", StringComparison.Ordinal));

            (await JudgeAsync(signer, s => s.At("predicate", "runDetails", "builder")["slsaLevel"] = 3, policy)).ShouldFail(VerdictCodes.LevelTooLow);
        }
    }

    private static void Unchanged(JsonObject statement)
    {
    }

    private static void MoveTarget(JsonObject statement)
    {
        statement.Parameters().Remove("target");
        statement.At("predicate", "buildDefinition", "internalParameters")["parameters"] = new JsonObject { ["target"] = "release" };
    }

    private static async Task ShouldGive(AttackedSigner signer, string attack)
    {
        var verdict = await JudgeAsync(signer, Attacks[attack].Change, signer.LoadPolicy());

        verdict.Code.Should().Be(Attacks[attack].Code, "{0}: {1}", attack, verdict.Message);
    }

    private static Task<Verdict> JudgeAsync(AttackedSigner signer, Action<JsonObject> change, IPolicy policy) =>
        Forgery.VerifyAsync(Forgery.Request(Encoding.UTF8.GetBytes(signer.Sign(change).ToJsonString())) with
        {
            Keys = [],
            Policies = [policy],
            ArtifactName = "registry.example.com/release/app",
        });
}
