using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Policies;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Tests.Verifying;
using Provenance.Attestor.Verifying;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Policies;

public sealed class PolicyFileTests
{
    [Fact]
    public void Parse_reads_a_valid_policy()
    {
        var policy = PolicyText.Load();

        policy.Name.Should().Be("release");
        policy.Mode.Should().Be(PolicyMode.Enforce);
        policy.Requirements.Should().ContainSingle().Which.Signers.Select(static s => s.Name).Should().Equal("builder-key", "other-key");
    }

    [Theory]
    [InlineData("  mode: enforce\n", "  mode: enforce\n  mode: warn\n", "\"mode\" stands here twice")]
    [InlineData("  mode: enforce\n", "  mode: enforce\n  \"mode\": warn\n", "\"mode\" stands here twice")]
    [InlineData("  mode: enforce\n", "  mode: off\n", "spec.mode must be")]
    [InlineData("  mode: enforce\n", "  Mode: warn\n", "spec.Mode is unknown")]
    [InlineData("  mode: enforce\n", "  mode: &m enforce\n", "the anchor &m is refused")]
    [InlineData("  mode: enforce\n", "  mode: !!str enforce\n", "the tag")]
    [InlineData("  mode: enforce\n", "  mode: *m\n", "alias")]
    [InlineData("  mode: enforce\n", "  <<: {mode: warn}\n", "merge keys are refused")]
    [InlineData("  mode: enforce\n", "  [a]: b\n", "a key must be text")]
    [InlineData("  mode: enforce\n", "\tmode: enforce\n", "not valid YAML")]
    [InlineData("  mode: enforce\n", "  enforceFrom: \"2027-01-01\"\n", "spec.enforceFrom is not supported yet")]
    [InlineData("  mode: enforce\n", "  acceptVsa: []\n", "spec.acceptVsa is not supported yet")]
    [InlineData("  mode: enforce\n", "  emitVsa: {}\n", "spec.emitVsa is not supported yet")]
    [InlineData("      key:\n", "      keyless: {issuer: x}\n      key:\n", "needs either key or keyless")]
    [InlineData("      key:\n", "      time: {}\n      key:\n", "time is not supported yet")]
    [InlineData("      provenance:\n", "      threshold: {count: 2}\n      provenance:\n", "threshold is not supported yet")]
    [InlineData("      provenance:\n", "      maxAge: 24h\n      provenance:\n", "maxAge is not supported yet")]
    [InlineData("      provenance:\n", "      vulnerabilities: {}\n      provenance:\n", "vulnerabilities is not supported yet")]
    [InlineData("        minLevel: 2\n", "        definition: {}\n", "definition is not supported yet")]
    [InlineData("        minLevel: 2\n", "        dependencies: {}\n", "dependencies is not supported yet")]
    [InlineData("        minLevel: 2\n", "        minLevel: 3\n", "no builder that these signers may speak for is trusted for that level")]
    [InlineData("        minLevel: 2\n", "        minLevel: \"2\"\n", "must be a SLSA build level")]
    [InlineData("        minLevel: 2\n", "        minlevel: 2\n", "minlevel is unknown")]
    [InlineData("provenance.dev/v1alpha1", "provenance.dev/v2", "apiVersion must be")]
    [InlineData("kind: VerificationPolicy", "kind: PolicyWaiver", "kind must be")]
    [InlineData("  name: release\n", "  name: Release\n", "metadata.name")]
    [InlineData("  name: release\n", "  name: true\n", "write \"true\" in quotes")]
    [InlineData("  name: release\n", "  labels: {}\n", "metadata.name is missing")]
    [InlineData("      - glob: \"registry.example.com/release/**\"\n", "      []\n", "spec.match.images is empty")]
    [InlineData("\"registry.example.com/release/**\"", "\"*/release\"", "leaves the registry open")]
    [InlineData("\"registry.example.com/release/**\"", "\"Registry.example.com/release\"", "in lower case")]
    [InlineData("\"registry.example.com/release/**\"", "\"registry.example.com/re**\"", "** must stand alone")]
    [InlineData("use: [provenance]", "use: [sbom]", "its use must list provenance")]
    [InlineData("use: [provenance]", "use: [everything]", "is no use of a signer")]
    [InlineData("use: [provenance]", "use: []", "use is empty")]
    [InlineData("- name: other-key", "- name: builder-key", "two signers are called builder-key")]
    [InlineData("signers: [builder-key, other-key]", "signers: [builder-key]", "other-key is not used")]
    [InlineData("signers: [builder-key, other-key]", "signers: [builder-key, other-key, third]", "no signer called third")]
    [InlineData("signers: [builder-key, other-key]", "signers: []", "signers is empty")]
    [InlineData("spkiSha256: \"", "spkiSha256: \"00", "has the fingerprint")]
    [InlineData("-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----", "the key cannot be used")]
    [InlineData("        spkiSha256:", "        file: a.pub\n        spkiSha256:", "either pem or file")]
    [InlineData("refs: [\"refs/heads/main\"", "refs: [\"main\"", "must be fully qualified")]
    [InlineData("\"https://git.example.com/org/app\"", "\"git.example.com/org/app\"", "no plain git address")]
    [InlineData("{equals: \"release\"}", "{equals: \"release\", any: true}", "exactly one of")]
    [InlineData("{equals: \"release\"}", "{}", "exactly one of")]
    [InlineData("{equals: \"release\"}", "{equals: 1.5}", "must be text, a whole number, true or false")]
    [InlineData("{equals: \"release\"}", "{pattern: \"(\"}", "pattern cannot be used")]
    [InlineData("{equals: \"release\"}", "{pattern: \"(a)\\\\1\"}", "pattern cannot be used")]
    [InlineData("\"/parameters/target\"", "\"parameters/target\"", "is no JSON pointer")]
    [InlineData("\"/parameters/verbose\"", "\"/parameters/target\"", "stands under required and under allowed")]
    [InlineData("\"/settings/serviceAccount\"", "\"/settings/*/x\"", "is no JSON pointer")]
    [InlineData("predicateTypes: [\"https://slsa.dev/provenance/v1\"]", "predicateTypes: [\"https://spdx.dev/Document\"]", "works with the predicate type")]
    public void Parse_refuses_one_wrong_line_and_names_its_place(string old, string replacement, string message)
    {
        string text = PolicyText.With(old, replacement);

        var problems = ProblemsOf(text);

        problems.Should().Contain(p => p.Message.Contains(message, StringComparison.Ordinal));
        problems.Should().OnlyContain(p => p.File == "policy.yaml" && p.Line > 0 && p.Column > 0);
    }

    [Fact]
    public void Parse_says_the_exact_place_of_a_duplicate_key() =>
        ProblemsOf(PolicyText.With("  mode: enforce\n", "  mode: enforce\n  mode: warn\n")).Should().ContainSingle()
            .Which.ToString().Should().StartWith("policy.yaml:7:3: the key \"mode\" stands here twice");

    [Fact]
    public void Parse_lists_all_problems_at_once() =>
        ProblemsOf(PolicyText.With("  mode: enforce\n", "  mode: maybe\n  speed: 1\n  acceptVsa: []\n")).Should().HaveCount(3);

    [Fact]
    public void Parse_refuses_empty_huge_deep_and_undecodable_files()
    {
        ProblemsOf("").Should().ContainSingle();
        ProblemsOf("# only a comment").Should().ContainSingle();
        ProblemsOf("---\n").Should().NotBeEmpty();
        ProblemsOf("[]").Should().NotBeEmpty();
        ProblemsOf(PolicyText.Valid + new string('#', 300_000)).Should().ContainSingle().Which.Message.Should().Contain("at most");
        ProblemsOf(new string('[', 100_000)).Should().ContainSingle().Which.Message.Should().Contain("levels deep");
        new Action(() => PolicyFile.Parse([0xff, 0xfe], "policy.yaml", ".")).Should().Throw<PolicyException>().Where(e => e.Code == VerdictCodes.PolicyInvalid);
    }

    [Fact]
    public void Parse_refuses_an_alias_bomb_without_building_it()
    {
        var bomb = new StringBuilder("a: &a [x, x]\n");
        for (char c = 'b'; c <= 'z'; c++)
        {
            bomb.Append(c).Append(": &").Append(c).Append(" [*").Append((char)(c - 1)).Append(", *").Append((char)(c - 1)).Append("]\n");
        }

        ProblemsOf(bomb.ToString()).Should().Contain(p => p.Message.Contains("is refused", StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_reads_several_documents_and_refuses_all_where_one_is_wrong()
    {
        string second = PolicyText.With("  name: release\n", "  name: second\n");

        PolicyText.LoadAll(PolicyText.Valid + "---\n" + second).Select(static p => p.Name).Should().Equal("release", "second");
        ProblemsOf(PolicyText.Valid + "---\n" + second + "  extra: 1\n").Should().ContainSingle();
    }

    [Fact]
    public void Parse_never_throws_anything_but_what_it_promises()
    {
        var spliced =
            from start in Gen.Choose(0, PolicyText.Valid.Length)
            from length in Gen.Choose(0, 30)
            from piece in Gen.OneOf(
                Gen.Elements("{", "}", "[", "]", "- ", ": ", "\n", "&a ", "*a", "!x ", "? ", "|", ">", "'", "\"", "%YAML 1.2\n", "---\n", "...\n", "~", "\t", "\0"),
                ArbMap.Default.GeneratorFor<string>().Select(static text => text ?? ""))
            select PolicyText.Valid[..start] + piece + PolicyText.Valid[Math.Min(PolicyText.Valid.Length, start + length)..];

        Prop.ForAll(spliced.ToArbitrary(), static text =>
        {
            try
            {
                PolicyFile.Parse(Encoding.UTF8.GetBytes(text), "policy.yaml", ".");
            }
            catch (PolicyException)
            {
                // What it promises.
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Fact]
    public void Load_reads_the_policies_that_the_repository_ships()
    {
        string folder = Path.GetFullPath(Path.Combine(Vectors.Folder, "../../../policies"));

        PolicyFile.Load([folder]).Select(static p => (p.Name, p.Mode)).Should().Equal(
            ("dev-warn", PolicyMode.Warn), ("parameters", PolicyMode.Enforce), ("release-by-key", PolicyMode.Enforce));
    }

    [Fact]
    public void Load_finds_keys_beside_the_policy_and_refuses_missing_files_and_namesakes()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["key.pub"], Forgery.Stranger.PublicKey.ToPem());
        string text = System.Text.RegularExpressions.Regex.Replace(PolicyText.Valid, @"pem: \|\n(?:            .*\n)+  builders", "file: key.pub\n  builders");
        File.WriteAllText(folder["a.yaml"], text);

        PolicyFile.Load([folder.Path]).Single().Requirements[0].Signers[1].Key!.Fingerprint.Should().Be(Forgery.Stranger.PublicKey.Fingerprint);

        File.WriteAllText(folder["b.yaml"], text);
        Problems(() => PolicyFile.Load([folder.Path])).Should().ContainSingle().Which.Message.Should().Contain("are called release");
        Problems(() => PolicyFile.Load([folder["none.yaml"]])).Should().ContainSingle().Which.Message.Should().Contain("cannot be read");
        File.Delete(folder["key.pub"]);
        Problems(() => PolicyFile.Load([folder["a.yaml"]])).Should().ContainSingle().Which.Message.Should().Contain("key.pub");
    }

    private static IReadOnlyList<YamlProblem> ProblemsOf(string text) => Problems(() => PolicyText.LoadAll(text));

    private static IReadOnlyList<YamlProblem> Problems(Action load) => load.Should().Throw<PolicyException>().Which.Problems;
}
