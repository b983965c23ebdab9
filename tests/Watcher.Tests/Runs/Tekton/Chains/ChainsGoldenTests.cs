using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;

namespace Provenance.Watcher.Tests.Runs.Tekton.Chains;

public sealed class ChainsGoldenTests
{
    private const string NoSubject = "Chains emits a statement without a subject, which says nothing of any artifact; none is made, and the run is reported.";
    private const string NoIdentity = "The input has no metadata.uid, so that the run could not be told from another of its name.";
    private const string NotDone = "The input has no completionTime, so that the run is not over.";
    private const string StepImage = "Chains fails and attests nothing; the image is reported and left out, and the run is attested if it has a subject, which this one has not.";

    /// <summary>The goldens for which no statement is made, each with the code that is reported and the reason.</summary>
    private static readonly Dictionary<string, (string Code, string Reason)> Deviations = new(StringComparer.Ordinal)
    {
        ["extra__taskrun-artifact-outputs-as-string"] = (RunProblemCodes.NoSubject, NoSubject),
        ["extra__taskrun-artifact-outputs-no-flag"] = (RunProblemCodes.NoSubject, NoSubject),
        ["extra__taskrun-artifact-uri-digest-pair"] = (RunProblemCodes.NoSubject, NoSubject),
        ["extra__taskrun-git-sha256-commit"] = (RunProblemCodes.NoSubject, NoSubject),
        ["extra__taskrun-image-url-without-digest"] = (RunProblemCodes.NoSubject, NoSubject),
        ["extra__taskrun-images-with-tag-no-digest"] = (RunProblemCodes.NoSubject, NoSubject),
        ["extra__taskrun-native-artifacts-ignored"] = (RunProblemCodes.NoSubject, NoSubject),
        ["extra__taskrun-prefix-mismatch"] = (RunProblemCodes.NoSubject, NoSubject),
        ["extra__taskrun-sha512-image"] = (RunProblemCodes.NoSubject, NoSubject),
        ["extra__taskrun-step-imageid-bare-digest"] = (RunProblemCodes.StepImage, StepImage),
        ["extra__taskrun-step-without-imageid"] = (RunProblemCodes.StepImage, StepImage),
        ["pipeline-v1__pipelinerun-childrefs"] = (RunProblemCodes.NoIdentity, NoIdentity),
        ["pipeline-v1__pipelinerun1"] = (RunProblemCodes.NoIdentity, NoIdentity),
        ["pipeline-v1__taskrun-multiple-subjects"] = (RunProblemCodes.NotDone, NotDone),
        ["pipeline-v1__taskrun1"] = (RunProblemCodes.NoIdentity, NoIdentity),
        ["pipeline-v1__taskrun2"] = (RunProblemCodes.NoIdentity, NoIdentity),
        ["pipeline-v1__taskrun4"] = (RunProblemCodes.NoIdentity, NoIdentity),
        ["slsa-v2alpha3__taskrun-multiple-subjects"] = (RunProblemCodes.NotDone, NotDone),
        ["slsa-v2alpha3__taskrun-remote-resolver"] = (RunProblemCodes.NoSubject, NoSubject),
        ["slsa-v2alpha3__taskrun2"] = (RunProblemCodes.NoSubject, NoSubject),
        ["slsa-v2alpha4__taskrun-multiple-subjects"] = (RunProblemCodes.NotDone, NotDone),
        ["slsa-v2alpha4__taskrun2"] = (RunProblemCodes.NoSubject, NoSubject),
    };

    public static TheoryData<string> Statements => [.. ChainsGolden.Files(".statement.json")];

    public static TheoryData<string> Errors => [.. ChainsGolden.Files(".error.txt")];

    [Theory]
    [MemberData(nameof(Statements))]
    public void The_layout_is_that_of_Chains_for_every_golden(string file)
    {
        var golden = ChainsGolden.Parse(file);
        golden.StatementOf(golden.Layout()).Should().Be(golden.Statement());
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public void Collect_gives_the_statement_of_Chains_or_the_documented_reason_against_it(string file)
    {
        var golden = ChainsGolden.Parse(file);
        var collected = golden.Collect();
        if (Deviations.TryGetValue(golden.Id, out var deviation))
        {
            collected.Run.Should().BeNull();
            collected.Problems.Should().Contain(p => p.Code == deviation.Code).Which.Message.Should().Contain(collected.DisplayName);
            return;
        }

        collected.Run.Should().NotBeNull(string.Join('\n', collected.Problems));
        ChainsGolden.Normalise(RunStatement.Write(collected.Run!, RunStatement.Subjects(collected.Run!), ChainsGolden.BuilderId)).Should().Be(golden.Statement());
        collected.Problems.Should().ContainSingle(static p => p.Code == RunProblemCodes.TypeHintsUsed);
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Collect_reports_the_image_at_which_Chains_gives_up(string file)
    {
        var golden = ChainsGolden.Parse(file);
        golden.Layout().WriteResolvedDependencies.Should().NotBeNull();
        var (code, _) = Deviations[golden.Id];
        golden.Collect().Problems.Should().Contain(p => p.Code == code).Which.Message.Should().Contain("step step1").And.Contain(golden.Collect().DisplayName);
    }

    [Fact]
    public void Every_golden_is_there_and_every_deviation_is_of_one()
    {
        ChainsGolden.Files(".statement.json").Should().HaveCount(36);
        ChainsGolden.Files(".error.txt").Should().HaveCount(2);
        var ids = ChainsGolden.Files(".statement.json").Concat(ChainsGolden.Files(".error.txt")).Select(static f => ChainsGolden.Parse(f).Id);
        Deviations.Keys.Should().BeSubsetOf(ids);
    }

    [Fact]
    public void The_documentation_lists_the_same_deviations_with_their_reasons()
    {
        var documented = File.ReadLines(Path.Combine(RepositoryRoot(), "docs", "chains-compatibility.md"))
            .Select(static l => l.Split('|', StringSplitOptions.TrimEntries))
            .Where(static c => c.Length is 5 && c[1].Contains("__", StringComparison.Ordinal))
            .Select(static c => $"{c[1].Trim('`')} {c[2].Trim('`')} {c[3]}");
        documented.Should().BeEquivalentTo(Deviations.Select(static d => $"{d.Key} {d.Value.Code} {d.Value.Reason}"));
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Provenance.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
