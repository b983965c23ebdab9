namespace Provenance.Watcher.Tests.Simulation;

/// <summary>A PipelineRun whose child is a PipelineRun: both read the TaskRuns of the inner one, whichever is dealt with first.</summary>
public sealed class NestedPipelineTests
{
    private readonly SimulatedRun outer;
    private readonly SimulatedRun inner;
    private readonly SimulatedRun first;
    private readonly SimulatedRun second;

    public NestedPipelineTests()
    {
        outer = new SimulatedRun("outer") { IsPipeline = true };
        inner = new SimulatedRun("inner", outer) { IsPipeline = true };
        first = new SimulatedRun("first", inner);
        second = new SimulatedRun("second", inner);
        outer.Children = [inner];
        inner.Children = [first, second];
    }

    [Theory]
    [InlineData("first second inner outer")]
    [InlineData("first second outer inner")]
    [InlineData("first outer inner second")]
    [InlineData("outer inner first second")]
    [InlineData("inner first outer second")]
    [InlineData("inner outer first second")]
    public void Inner_and_outer_pipeline_have_every_task_run_in_whatever_order_they_come(string order) => Scene.Play(scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        ComeIn(scene, order);
        Pipelines(scene).Should().Equal("inner 2 of 2", "outer 2 of 2");
    });

    [Fact]
    public void Grandchild_that_comes_late_completes_its_grandparent_at_once() => Scene.Play(scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        ComeIn(scene, "first outer inner");
        Pipelines(scene).Should().BeEmpty("a TaskRun of the inner one is to come");
        scene.Pass(20);
        ComeIn(scene, "second");
        Pipelines(scene).Should().HaveCount(2, "nothing is left to be waited for, although the minute is not over");
    });

    [Fact]
    public void Inner_pipeline_keeps_its_task_runs_while_the_outer_one_gives_up() => Scene.Play(scene =>
    {
        outer.Children = [inner, new SimulatedRun("gone", outer)];
        scene.Watcher.Start();
        scene.Pass(5);
        ComeIn(scene, "first outer");
        scene.Pass(30);
        ComeIn(scene, "inner");
        scene.Pass(35);
        Pipelines(scene).Should().Equal("outer 1 of 2: TaskRun gone, TaskRun second");
        ComeIn(scene, "second");
        Pipelines(scene).Should().Equal("inner 2 of 2", "outer 1 of 2: TaskRun gone, TaskRun second");
    });

    [Fact]
    public void Inner_pipeline_that_gives_up_leaves_its_task_runs_to_the_outer_one() => Scene.Play(scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        ComeIn(scene, "first inner");
        scene.Pass(70);
        ComeIn(scene, "outer");
        scene.Pass(70);
        Pipelines(scene).Should().Equal("inner 1 of 2: TaskRun second", "outer 1 of 2: TaskRun second");
    });

    [Theory]
    [InlineData("first second inner outer")]
    [InlineData("first second outer inner")]
    [InlineData("first outer inner second")]
    [InlineData("outer inner first second")]
    public void Nothing_is_kept_once_both_have_their_statements(string order) => Scene.Play(scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        ComeIn(scene, order);
        Pipelines(scene).Should().HaveCount(2);
        var kept = new List<int>();
        var counted = ((SimulatedRun[])[outer, inner]).Select(async run => kept.Add((await scene.Watcher.Ledger.Companions.OfAsync(run.Uid, CancellationToken.None).ConfigureAwait(false)).Count)).ToList();
        scene.Pass(1);
        counted.Should().OnlyContain(static c => c.IsCompletedSuccessfully);
        kept.Should().Equal(0, 0);
    });

    [Fact]
    public void Inner_pipeline_has_every_task_run_after_a_crash_between_the_two() => Scene.Play(scene =>
    {
        outer.Children = [inner, new SimulatedRun("gone", outer)];
        scene.Watcher.Start();
        scene.Pass(5);
        ComeIn(scene, "first outer");
        scene.Pass(40);
        ComeIn(scene, "inner");
        scene.Pass(25);
        Pipelines(scene).Should().ContainSingle();
        scene.Watcher.Kill();
        scene.Watcher.Start();
        ComeIn(scene, "second");
        scene.Pass(5);
        Pipelines(scene)[0].Should().Be("inner 2 of 2");
    });

    private void ComeIn(Scene scene, string order)
    {
        foreach (string uid in order.Split(' '))
        {
            var run = ((SimulatedRun[])[outer, inner, first, second]).Single(r => r.Uid == uid);
            scene.Put(run, "True", isComplete: true);
            scene.Pass(4);
        }
    }

    /// <summary>The pipelines that have statements: of how many of the two artifacts, and what they miss.</summary>
    private static List<string> Pipelines(Scene scene)
    {
        var stored = StoredStatements.Of(scene.Registries);
        return [.. ((string[])["inner", "outer"]).Where(uid => stored.Of(uid).Count > 0).Select(uid =>
        {
            var missing = stored.Of(uid).SelectMany(static s => s.MissingChildren).Distinct().Order(StringComparer.Ordinal).ToList();
            return $"{uid} {stored.Of(uid).Count} of 2{(missing.Count > 0 ? ": " : "")}{string.Join(", ", missing)}";
        })];
    }
}
