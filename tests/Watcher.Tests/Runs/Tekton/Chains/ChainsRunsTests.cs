using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Tekton.Chains;

namespace Provenance.Watcher.Tests.Runs.Tekton.Chains;

public sealed class ChainsRunsTests
{
    private const string Hex = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string GoodImage = """{"name": "IMAGES", "value": "registry.example.com/app@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""";

    private static readonly CollectOptions Options = new() { BuildType = BuildTypeOption.Chains };

    [Fact]
    public async Task Collect_says_that_the_subjects_were_taken_from_result_names_and_from_which()
    {
        var collected = await CollectAsync(GoodImage);
        collected.Problems.Should().ContainSingle().Which.Should().BeEquivalentTo(new RunProblem(
            RunProblemCodes.TypeHintsUsed,
            "TaskRun ns/build: its subjects were taken from the names of results (IMAGES), which prove nothing. Record the artifacts, then drop --build-type chains."));
    }

    [Fact]
    public async Task The_default_mode_takes_no_subject_from_a_result_name()
    {
        var collected = await CollectAsync(GoodImage, CollectOptions.Default);
        collected.Run.Should().BeNull();
        collected.Problems.Should().Contain(static p => p.Code == RunProblemCodes.HintIgnored);
    }

    [Theory]
    [InlineData("""{"name": "x-ARTIFACT_OUTPUTS", "value": {"uri": "a", "digest": "sha256:AAAA", "isBuildArtifact": "true"}}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x-ARTIFACT_OUTPUTS", "value": {"uri": "a", "digest": "", "isBuildArtifact": "true"}}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x-ARTIFACT_OUTPUTS", "value": {"uri": "a", "digest": "sha256:HEX\n", "isBuildArtifact": "true"}}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x-ARTIFACT_OUTPUTS", "value": {"uri": "a", "digest": "SHA256:HEX", "isBuildArtifact": "true"}}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x-ARTIFACT_OUTPUTS", "value": {"uri": "a", "digest": "gitCommit:HEX", "isBuildArtifact": "true"}}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x-ARTIFACT_OUTPUTS", "value": {"digest": "sha256:HEX", "isBuildArtifact": "true"}}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x-ARTIFACT_OUTPUTS", "value": {"uri": "a\nb", "digest": "sha256:HEX", "isBuildArtifact": "true"}}""", RunProblemCodes.ArtifactUri)]
    [InlineData("""{"name": "x-ARTIFACT_OUTPUTS", "value": {"uri": "a", "digest": "sha1:7f2f46e1b97df36b2b82d1b1d87c81b8b3d21601", "isBuildArtifact": "true"}}""", RunProblemCodes.SubjectWeakDigest)]
    [InlineData("""{"name": "x-ARTIFACT_OUTPUTS", "value": "{}"}""", RunProblemCodes.ArtifactRecord)]
    [InlineData("""{"name": "x_IMAGE_URL", "value": "registry.example.com/x"}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x_IMAGE_DIGEST", "value": "sha256:HEX"}""", RunProblemCodes.ArtifactUri)]
    [InlineData("""{"name": "x_IMAGE_URL", "value": ["registry.example.com/x"]}""", RunProblemCodes.ArtifactRecord)]
    [InlineData("""{"name": "x_IMAGE_URL", "value": "registry.example.com/X"}, {"name": "x_IMAGE_DIGEST", "value": "sha256:HEX"}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x_IMAGE_URL", "value": "registry.example.com/x@y"}, {"name": "x_IMAGE_DIGEST", "value": "sha256:HEX"}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x_IMAGE_URL", "value": "registry.example.com/x"}, {"name": "x_IMAGE_DIGEST", "value": "sha512:HEX"}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x-ARTIFACT_INPUTS", "value": {"uri": "a", "digest": "main"}}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "x-ARTIFACT_INPUTS", "value": "a"}""", RunProblemCodes.ArtifactRecord)]
    [InlineData("""{"name": "CHAINS-GIT_URL", "value": "https://example.com/r"}""", RunProblemCodes.ArtifactDigest)]
    [InlineData("""{"name": "CHAINS-GIT_COMMIT", "value": "7f2f46e1b97df36b2b82d1b1d87c81b8b3d21601"}""", RunProblemCodes.ArtifactUri)]
    public async Task Collect_reports_a_hint_that_comes_to_nothing_and_never_makes_it_a_subject(string results, string code)
    {
        var collected = await CollectAsync($"{GoodImage}, {results.Replace("HEX", Hex, StringComparison.Ordinal)}");
        collected.Run!.Layout!.Subjects.Should().ContainSingle().Which.Name.Should().Be("registry.example.com/app");
        collected.Problems.Select(static p => p.Code).Should().BeEquivalentTo(code, RunProblemCodes.TypeHintsUsed);
        collected.Problems.Should().OnlyContain(static p => p.Message.StartsWith("TaskRun ns/build: ", StringComparison.Ordinal) && !p.Message.Contains('\n'));
    }

    [Fact]
    public async Task Collect_reports_the_malformed_among_IMAGES_once_and_counts_them()
    {
        string items = string.Concat(Enumerable.Range(0, 1000).Select(static i => $"bad{i},"));
        var collected = await CollectAsync($$"""{"name": "IMAGES", "value": "{{items}}\n registry.example.com/app:1.0@sha256:{{Hex}} \n"}""");
        collected.Run!.Layout!.Subjects.Should().ContainSingle().Which.Name.Should().Be("registry.example.com/app");
        collected.Problems[0].Message.Should().Be("TaskRun ns/build: result IMAGES: \"bad0\" gives no subject: it is no repository@digest. So do 999 more.");
        collected.Problems.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("abc", "index.docker.io/library/abc")]
    [InlineData("team/abc", "index.docker.io/team/abc")]
    [InlineData("docker.io/abc", "index.docker.io/library/abc")]
    [InlineData("localhost/abc", "localhost/abc")]
    [InlineData("localhost:5000/abc:latest", "localhost:5000/abc")]
    [InlineData("oci://registry.example.com/abc", "oci://registry.example.com/abc")]
    public async Task Collect_names_an_image_as_Chains_does(string url, string name)
    {
        var collected = await CollectAsync($$"""{"name": "IMAGE_DIGEST", "value": "sha256:{{Hex}}"}, {"name": "IMAGE_URL", "value": "{{url}}"}""");
        collected.Run!.Layout!.Subjects.Should().ContainSingle().Which.Name.Should().Be(name);
    }

    [Fact]
    public async Task Collect_refuses_more_subjects_than_a_statement_may_have()
    {
        string images = string.Join(',', Enumerable.Range(0, Statement.MaximumSubjects + 1).Select(static i => $"registry.example.com/app{i}@sha256:{Hex}"));
        var collected = await CollectAsync($$"""{"name": "IMAGES", "value": "{{images}}"}""");
        collected.Run.Should().BeNull();
        collected.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.TooManySubjects);
    }

    [Theory]
    [InlineData("""{"name": "git", "results": [{"name": "in-ARTIFACT_INPUTS", "value": {"uri": "oci://registry.example.com/base", "digest": " SHA256 : HEX "}}]}""", "inputs/result oci://registry.example.com/base sha256:HEX")]
    [InlineData("""{"name": "git", "results": [{"name": "CHAINS-GIT_COMMIT", "value": "main"}, {"name": "CHAINS-GIT_URL", "value": "git+https://example.com/r.git"}]}""", "inputs/result git+https://example.com/r.git sha1:main")]
    [InlineData("""{"name": "git", "provenance": {"refSource": {"uri": "git+https://example.com/steps.git", "digest": {"sha1": "7f2f46e1b97df36b2b82d1b1d87c81b8b3d21601"}}}}""", "stepAction/git git+https://example.com/steps.git sha1:7f2f46e1b97df36b2b82d1b1d87c81b8b3d21601")]
    [InlineData("""{"name": "git", "imageID": "registry.example.com/git@sha256:HEX"}""", " oci://registry.example.com/git sha256:HEX")]
    public async Task Collect_lists_what_a_step_read_and_ran_as_Chains_does(string step, string expected)
    {
        var collected = await CollectAsync(GoodImage, steps: step.Replace("HEX", Hex, StringComparison.Ordinal));
        Dependencies(collected).Should().Contain(expected.Replace("HEX", Hex, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Collect_reports_a_dependency_that_nothing_pins_although_Chains_lists_it()
    {
        var collected = await CollectAsync(GoodImage + """, {"name": "CHAINS-GIT_COMMIT", "value": "main"}, {"name": "CHAINS-GIT_URL", "value": "https://example.com/r"}""");
        Dependencies(collected).Should().Equal("inputs/result git+https://example.com/r.git sha1:main");
        collected.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.ArtifactDigest).Which.Message.Should().Contain("git+https://example.com/r.git is pinned by nothing");
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Collect_attests_a_run_at_whose_image_Chains_gives_up_without_the_image(string imageId)
    {
        string steps = $$"""{"name": "compile", "imageID": "{{imageId}}"}, {"name": "push", "imageID": "registry.example.com/push@sha256:{{Hex}}"}""";
        var collected = await CollectAsync(GoodImage, steps: steps);
        Dependencies(collected).Should().Equal($" oci://registry.example.com/push sha256:{Hex}");
        collected.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.StepImage).Which.Message.Should().StartWith("TaskRun ns/build: step compile: ");
    }

    [Fact]
    public async Task Collect_keeps_definitions_beside_inputs_of_the_same_origin_and_drops_other_repetitions()
    {
        const string Origin = """{"uri": "git+https://example.com/r.git", "digest": {"sha1": "7f2f46e1b97df36b2b82d1b1d87c81b8b3d21601"}}""";
        const string Git = """{"name": "CHAINS-GIT_COMMIT", "value": "7f2f46e1b97df36b2b82d1b1d87c81b8b3d21601"}, {"name": "CHAINS-GIT_URL", "value": "https://example.com/r"}""";
        string steps = $$"""{"name": "git", "imageID": "registry.example.com/git@sha256:{{Hex}}", "results": [{{Git}}], "provenance": {"refSource": {{Origin}} } }""";
        var collected = await CollectAsync($"{GoodImage}, {Git}", steps: steps, provenance: $$"""{"refSource": {{Origin}} }""");
        Dependencies(collected).Select(static d => d.Split(' ')[0]).Should().Equal("task", "", "inputs/result", "stepAction/git");
    }

    [Fact]
    public void A_uri_that_spells_out_a_digest_is_not_taken_for_the_dependency_with_that_digest()
    {
        var genuine = new ChainsDependency(ChainsDependency.PipelineTask, "u", [new("sha1", "x"), new("sha256", "y")]);
        foreach (string uri in new[] { "usha1x", "u\0sha1\0x", "u4:sha11:x" })
        {
            new ChainsDependency(ChainsDependency.Input, uri, [new("sha256", "y")]).Key.Should().NotBe(genuine.Key);
        }
    }

    [Fact]
    public async Task Collect_writes_a_result_with_the_bytes_of_Go()
    {
        var collected = await CollectAsync(GoodImage + """, {"name": "a", "value": "<a&b>\u2028\u0001\t\"é😀"}, {"name": "b", "value": ["x", ""]}, {"name": "c", "value": {"z": "1", "b": "2"}}, {"name": "d", "value": {"n": 1}}""");
        collected.Run!.Layout!.Byproducts.Select(static b => $"{b.Name} {Encoding.UTF8.GetString(b.Content!.Value.Span)}").Should().Equal(
            """taskRunResults/build/a "\u003ca\u0026b\u003e\u2028\u0001\t\"é😀" """.TrimEnd(),
            """taskRunResults/build/b ["x",""]""",
            """taskRunResults/build/c {"b":"2","z":"1"}""",
            """taskRunResults/build/d "{\"n\": 1}" """.TrimEnd());
    }

    [Fact]
    public async Task Collect_names_the_origin_of_a_remote_definition_by_its_first_digest()
    {
        string provenance = """{"refSource": {"uri": "u", "entryPoint": "e", "digest": {"sha256": "2", "sha1": "1"}}, "featureFlags": {"MaxResultSize": 0, "EnableArtifacts": true, "Unknown": true, "enableTektonOCIBundles": false, "coschedule": "workspaces"}}""";
        var collected = await CollectAsync(GoodImage, taskRef: """{"resolver": "git"}""", provenance: provenance);
        var definition = Predicate(collected)["buildDefinition"]!;
        definition["externalParameters"]!["buildConfigSource"]!.ToJsonString().Should().Be("""{"path":"e","ref":"sha1:1","repository":"u"}""");
        definition["internalParameters"]!.ToJsonString().Should().Be("""{"tekton-pipelines-feature-flags":{"coschedule":"workspaces","enableArtifacts":true,"enableTektonOCIBundles":false}}""");
    }

    [Theory]
    [InlineData("""{"name": "t"}""")]
    [InlineData("""{"resolver": "Cluster"}""")]
    public async Task Collect_names_no_origin_of_a_definition_that_was_not_fetched(string taskRef)
    {
        var collected = await CollectAsync(GoodImage, taskRef: taskRef, provenance: """{"refSource": {"uri": "u", "digest": {"sha1": "1"}}}""");
        Predicate(collected)["buildDefinition"]!["externalParameters"]!.AsObject().Select(static m => m.Key).Should().Equal("runSpec");
    }

    [Fact]
    public async Task Collect_keeps_the_values_of_parameters_whatever_they_are()
    {
        var collected = await CollectAsync(GoodImage, taskRef: """{"name": "t", "params": [], "workspaces": null}""", parameters: """{"name": "p", "value": []}, {"name": "q", "value": ""}""");
        Predicate(collected)["buildDefinition"]!["externalParameters"]!["runSpec"]!.ToJsonString()
            .Should().Be("""{"params":[{"name":"p","value":[]},{"name":"q","value":""}],"taskRef":{"name":"t"}}""");
    }

    [Fact]
    public async Task Collect_says_of_a_failed_run_what_the_layout_cannot_say()
    {
        var golden = ChainsGolden.Parse("deep-false/extra__taskrun-failed-run-still-attested.statement.json");
        golden.Collect().Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.NotSucceeded).Which.Message.Should().Contain("ended as failed");
        var refused = await TestRuns.CollectAsync(ChainsGolden.Read(golden.Set, golden.Name), options: Options);
        refused.Run.Should().BeNull();
        refused.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.NotSucceeded);
    }

    [Fact]
    public async Task Collect_gives_a_statement_or_a_reason_for_every_real_run()
    {
        int runs = 0;
        foreach (string file in Directory.EnumerateFiles(TestRuns.Folder, "*.json", SearchOption.AllDirectories))
        {
            foreach (var document in TestRuns.Read(file))
            {
                var collected = await TestRuns.CollectAsync(document, options: Options with { AttestUnsuccessful = true, ChainsDeepInspection = true });
                collected.Problems.Should().NotBeEmpty(file);
                collected.Problems.Should().OnlyContain(p => p.Message.Contains(collected.DisplayName, StringComparison.Ordinal));
                (collected.Run is null || RunStatement.Write(collected.Run, RunStatement.Subjects(collected.Run), ChainsGolden.BuilderId).Length > 0).Should().BeTrue();
                runs++;
            }
        }

        runs.Should().BeGreaterThan(25);
    }

    [Fact]
    public async Task The_same_run_always_gives_the_same_bytes()
    {
        var document = ChainsGolden.Read("extra", "taskrun-two-images-order");
        var first = await TestRuns.CollectAsync(document, options: Options);
        var second = await TestRuns.CollectAsync(document, options: Options);
        first.Run!.Layout!.Subjects.Select(static s => s.Name).Should().Equal("registry.example.com/team/a", "registry.example.com/team/b", "registry.example.com/team/c");
        RunStatement.Write(first.Run, RunStatement.Subjects(first.Run), ChainsGolden.BuilderId).Should().Equal(RunStatement.Write(second.Run!, RunStatement.Subjects(second.Run!), ChainsGolden.BuilderId));
    }

    private static async Task<CollectedRun> CollectAsync(string results, CollectOptions? options = null, string steps = "", string taskRef = """{"name": "t"}""", string provenance = "{}", string parameters = "") =>
        await TestRuns.CollectAsync(
            $$"""
            {
              "apiVersion": "tekton.dev/v1", "kind": "TaskRun", "metadata": {"name": "build", "namespace": "ns", "uid": "u-1"},
              "spec": {"taskRef": {{taskRef}}, "params": [{{parameters}}]},
              "status": {
                "completionTime": "2026-01-01T00:00:00Z", "conditions": [{"type": "Succeeded", "status": "True"}],
                "steps": [{{steps}}], "results": [{{results}}], "provenance": {{provenance}}
              }
            }
            """,
            options ?? Options);

    private static JsonNode Predicate(CollectedRun collected) => JsonNode.Parse(RunStatement.Write(collected.Run!, RunStatement.Subjects(collected.Run!), ChainsGolden.BuilderId))!["predicate"]!;

    private static IEnumerable<string> Dependencies(CollectedRun collected) =>
        Predicate(collected)["buildDefinition"]!["resolvedDependencies"]!.AsArray()
            .Select(static d => $"{d!["name"]} {d["uri"]} {string.Join(',', d["digest"]!.AsObject().Select(static g => $"{g.Key}:{g.Value}"))}");
}
