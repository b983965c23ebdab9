using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Tests.Runs.Tekton.Chains;

namespace Provenance.Watcher.Tests.Runs.Tekton;

/// <summary>The cases in which type hinting loses an artifact, or makes one up, without a word: each has a name here.</summary>
public sealed class SilentFailureTests
{
    private const string Child = """
        {"apiVersion": "tekton.dev/v1", "kind": "TaskRun",
         "metadata": {"name": "r-build", "namespace": "ns", "uid": "u-2", "labels": {"tekton.dev/pipelineTask": "build"}, "ownerReferences": [{"uid": "u-1"}]},
         "status": {"completionTime": "2026-01-01T00:00:00Z", "conditions": [{"type": "Succeeded", "status": "True"}],
           "results": [{"name": "IMAGE_URL", "value": "registry.example.com/app"}, {"name": "IMAGE_DIGEST", "value": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]}}
        """;

    private const string PipelineRun = """
        {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"name": "r", "namespace": "ns", "uid": "u-1"}, "spec": {},
         "status": {"completionTime": "2026-01-01T00:00:00Z", "conditions": [{"type": "Succeeded", "status": "True"}],
           "childReferences": [{"kind": "TaskRun", "name": "r-build"}]}}
        """;

    [Fact]
    public async Task Artifacts_that_steps_recorded_natively_are_attested_and_not_lost()
    {
        var collected = await CollectAsync("taskrun-native-artifacts-ignored");
        collected.Problems.Should().OnlyContain(static p => p.Code == RunProblemCodes.DefinitionDigest, "the definition of all these runs is pinned by sha1:ab123");
        RunStatement.Subjects(collected.Run!).Should().ContainSingle().Which.Name.Should().Be("registry.example.com/team/app");
        collected.Run!.Artifacts.Should().ContainSingle(static a => a.Role == ArtifactRole.Input && a.Uri.Text == "git+https://github.com/o/r.git");
    }

    [Fact]
    public Task An_image_url_without_a_digest_is_reported() => HintIsReportedAsync("taskrun-image-url-without-digest", "IMAGE_URL");

    [Fact]
    public Task A_digest_under_another_prefix_than_its_url_is_reported() => HintIsReportedAsync("taskrun-prefix-mismatch", "IMAGE_DIGEST, app_IMAGE_URL");

    [Fact]
    public Task Images_with_a_tag_in_place_of_a_digest_are_reported() => HintIsReportedAsync("taskrun-images-with-tag-no-digest", "IMAGES");

    [Fact]
    public Task An_image_with_a_sha512_digest_is_reported() => HintIsReportedAsync("taskrun-sha512-image", "IMAGE_DIGEST, IMAGE_URL");

    [Fact]
    public Task An_output_declared_as_text_is_reported() => HintIsReportedAsync("taskrun-artifact-outputs-as-string", "app_ARTIFACT_OUTPUTS");

    [Fact]
    public Task An_output_without_a_flag_is_reported() => HintIsReportedAsync("taskrun-artifact-outputs-no-flag", "app_ARTIFACT_OUTPUTS");

    [Fact]
    public Task An_output_with_a_package_url_is_reported() => HintIsReportedAsync("taskrun-artifact-outputs-purl", "app_ARTIFACT_OUTPUTS");

    [Fact]
    public Task A_uri_and_a_digest_in_two_results_are_reported() => HintIsReportedAsync("taskrun-artifact-uri-digest-pair", "app_ARTIFACT_DIGEST, app_ARTIFACT_URI");

    [Fact]
    public Task A_result_whose_name_ends_like_a_hint_by_accident_becomes_no_subject() => HintIsReportedAsync("taskrun-accidental-suffix-match", "MYIMAGE_DIGEST, MYIMAGE_URL");

    [Fact]
    public Task A_digest_with_white_space_about_it_becomes_no_subject() => HintIsReportedAsync("taskrun-digest-trailing-newline", "IMAGE_DIGEST, IMAGE_URL");

    [Fact]
    public Task A_commit_of_another_algorithm_is_not_passed_off_as_sha1() => HintIsReportedAsync("taskrun-git-sha256-commit", "CHAINS-GIT_COMMIT, CHAINS-GIT_URL");

    [Fact]
    public Task Several_images_are_reported_in_one_order() =>
        HintIsReportedAsync("taskrun-two-images-order", "a_IMAGE_DIGEST, a_IMAGE_URL, b_IMAGE_DIGEST, b_IMAGE_URL, c_IMAGE_DIGEST, c_IMAGE_URL");

    [Fact]
    public async Task An_image_hinted_twice_does_not_become_two_subjects()
    {
        var collected = await TestRuns.CollectAsync(ChainsGolden.Read("slsa-v2alpha4", "pipelinerun1"));
        collected.Run.Should().BeNull();
        ShouldBeReported(collected, RunProblemCodes.NoSubject, "PipelineRun pipelinerun-build");
        ShouldBeReported(collected, RunProblemCodes.HintIgnored, "IMAGE_URL", "build-artifact-ARTIFACT_OUTPUTS");
    }

    [Fact]
    public async Task A_hint_in_the_results_of_a_step_is_reported_with_the_step()
    {
        var collected = await TestRuns.CollectAsync(ChainsGolden.Read("slsa-v2alpha4", "taskrun1"));
        ShouldBeReported(collected, RunProblemCodes.HintIgnored, "TaskRun taskrun-build", "steps/step3/step3_result1-ARTIFACT_OUTPUTS");
    }

    [Fact]
    public async Task A_failed_run_is_not_attested_as_if_nothing_had_been()
    {
        var collected = await CollectAsync("taskrun-failed-run-still-attested");
        collected.Run.Should().BeNull();
        ShouldBeReported(collected, RunProblemCodes.NotSucceeded, "TaskRun failed-run-still-attested", "failed");
    }

    [Fact]
    public async Task A_step_without_an_image_id_is_reported()
    {
        var collected = await CollectAsync("taskrun-step-without-imageid");
        ShouldBeReported(collected, RunProblemCodes.StepImage, "TaskRun step-without-imageid", "step step1");
    }

    [Fact]
    public async Task A_step_with_an_image_id_of_the_node_only_is_reported()
    {
        var collected = await CollectAsync("taskrun-step-imageid-bare-digest");
        ShouldBeReported(collected, RunProblemCodes.StepImage, "TaskRun step-imageid-bare-digest", "step step1", "sha256:ffffffff");
    }

    [Fact]
    public async Task A_pipeline_run_without_results_of_its_own_is_reported_with_the_hints_of_its_tasks()
    {
        var collected = await TestRuns.CollectAsync(PipelineRun + Child);
        collected.Run.Should().BeNull();
        collected.AwaitsChildren.Should().BeFalse();
        ShouldBeReported(collected, RunProblemCodes.NoSubject, "PipelineRun ns/r");
        ShouldBeReported(collected, RunProblemCodes.HintIgnored, "PipelineRun ns/r", "tasks/build/IMAGE_URL");
    }

    [Fact]
    public async Task A_pipeline_run_whose_child_is_gone_is_reported_and_waited_for()
    {
        var collected = await TestRuns.CollectAsync(PipelineRun);
        collected.AwaitsChildren.Should().BeTrue();
        ShouldBeReported(collected, RunProblemCodes.ChildMissing, "PipelineRun ns/r", "TaskRun r-build");
    }

    private static Task<CollectedRun> CollectAsync(string name) => TestRuns.CollectAsync(ChainsGolden.Read("extra", name));

    private static async Task HintIsReportedAsync(string name, string hints)
    {
        var collected = await CollectAsync(name);
        string run = "TaskRun " + name["taskrun-".Length..];
        collected.Run.Should().BeNull();
        ShouldBeReported(collected, RunProblemCodes.NoSubject, run);
        ShouldBeReported(collected, RunProblemCodes.HintIgnored, $"{run}: {hints} look");
    }

    private static void ShouldBeReported(CollectedRun collected, string code, params string[] names)
    {
        string message = collected.Problems.Should().ContainSingle(p => p.Code == code).Which.Message;
        names.Should().OnlyContain(n => message.Contains(n, StringComparison.Ordinal), "the report is \"{0}\"", message);
    }
}
