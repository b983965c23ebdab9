namespace Provenance.Watcher.Tests.Simulation;

/// <summary>Faults between the watcher and the API server, and odd lives of runs.</summary>
public sealed class ObservationFaultTests
{
    [Fact]
    public void Duplicate_out_of_order_and_replayed_events_give_one_attestation()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Scene.Play(
                static scene =>
                {
                    scene.Cluster.Unrest = 60;
                    scene.Watcher.Start();
                    for (int i = 0; i < 10; i++)
                    {
                        var run = new SimulatedRun($"tr-{i}");
                        scene.Put(run, "Unknown", isComplete: false);
                        scene.Pass(3);
                        scene.Put(run, "True", isComplete: true);
                        scene.Pass(3);
                        scene.Cluster.Delete("taskruns", run.Uid);
                    }

                    scene.Pass(300);
                    Enumerable.Range(0, 10).Should().OnlyContain(i => scene.StatementsOf($"tr-{i}") <= 1);
                },
                seed);
        }
    }

    [Fact]
    public void Api_server_restart_resumes_without_duplicates() => Scene.Play(static scene =>
    {
        scene.Watcher.Start();
        scene.Finished("tr-1");
        scene.Pass(30);
        scene.Cluster.IsDown = true;
        scene.Finished("tr-2");
        scene.Pass(300);
        scene.Cluster.IsDown = false;
        scene.Pass(60);
        scene.StatementsOf("tr-1").Should().Be(1);
        scene.StatementsOf("tr-2").Should().Be(1);
        scene.Watcher.Settlements.Should().HaveCount(2);
    });

    [Fact]
    public void Run_deleted_before_it_was_handled_is_attested_from_its_deletion() => Scene.Play(static scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        scene.Finished("tr-1");
        scene.Cluster.Delete("taskruns", "tr-1");
        scene.Pass(30);
        scene.StatementsOf("tr-1").Should().Be(1);
    });

    [Fact]
    public void Run_that_was_seen_going_on_and_is_gone_after_a_new_list_is_counted_as_missed()
    {
        int missed = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            Scene.Play(
                scene =>
                {
                    scene.Watcher.Start();
                    scene.Put(new SimulatedRun("tr-1"), "Unknown", isComplete: false);
                    scene.Pass(5);
                    scene.Cluster.IsDown = true;
                    scene.Pass(5);
                    scene.Cluster.Delete("taskruns", "tr-1");
                    scene.Pass(30);
                    scene.Cluster.IsDown = false;
                    scene.Pass(60);
                    missed += scene.Watcher.MissedRuns;
                    scene.Watcher.MissedRuns.Should().BeLessThanOrEqualTo(1);
                },
                seed);
        }

        missed.Should().BePositive();
    }

    [Fact]
    public void Same_name_recreated_with_another_uid_gives_two_attestations() => Scene.Play(static scene =>
    {
        scene.Watcher.Start();
        foreach (string uid in (string[])["uid-1", "uid-2"])
        {
            var run = new SimulatedRun(uid) { Name = "build" };
            scene.Put(run, "True", isComplete: true);
            scene.Pass(5);
            scene.Cluster.Delete("taskruns", uid);
        }

        scene.Pass(30);
        scene.StatementsOf("uid-1").Should().Be(1);
        scene.StatementsOf("uid-2").Should().Be(1);
    });

    [Fact]
    public void Poison_objects_are_told_and_the_others_flow() => Scene.Play(static scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        string good = new SimulatedRun("poison").Json("True", TimeSpan.Zero, isComplete: true);
        scene.Cluster.Put("taskruns", "bad-json", good[..^20]);
        scene.Cluster.Put("taskruns", "no-object", "[]");
        scene.Cluster.Put("taskruns", "deep", good.Replace("\"spec\":{", "\"spec\":{\"x\":" + new string('[', 500) + new string(']', 500) + ",", StringComparison.Ordinal));
        scene.Cluster.Put("taskruns", "surrogate", good.Replace("\"reason\":\"", "\"reason\":\"\\ud800", StringComparison.Ordinal));
        scene.Cluster.Put("taskruns", "digest", good.Replace("poison", "digest", StringComparison.Ordinal).Replace("\"sha256\":\"", "\"sha256\":\"zz", StringComparison.Ordinal));
        scene.Cluster.Put("taskruns", "large", good.Replace("poison", "large", StringComparison.Ordinal).Replace("\"value\":\"", "\"value\":\"" + new string('x', 3_000_000), StringComparison.Ordinal));
        scene.Finished("tr-1");
        scene.Pass(120);
        scene.Watcher.Failure.Should().BeNull();
        scene.StatementsOf("tr-1").Should().Be(1);
        scene.Watcher.Unread.Should().BeGreaterThanOrEqualTo(4);
        scene.Watcher.Settlements.Should().Contain(static s => s.Run == "TaskRun sim/digest" && s.Subjects.Count == 0);
    });

    [Fact]
    public void Pipeline_with_a_child_that_never_shows_up_is_issued_after_a_minute_and_says_so() => Scene.Play(static scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        var pipeline = new SimulatedRun("pr-1") { IsPipeline = true };
        var child = new SimulatedRun("tr-1", pipeline);
        pipeline.Children = [child, new SimulatedRun("tr-gone", pipeline)];
        scene.Put(child, "True", isComplete: true);
        scene.Put(pipeline, "True", isComplete: true);
        scene.Pass(55);
        scene.StatementsOf("pr-1").Should().Be(0);
        scene.Pass(15);
        var statement = StoredStatements.Of(scene.Registries).Of("pr-1").Should().ContainSingle().Subject;
        statement.MissingChildren.Should().Equal("TaskRun tr-gone");
    });

    [Fact]
    public void Pipeline_whose_child_comes_later_waits_for_it_even_over_a_restart() => Scene.Play(static scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        var pipeline = new SimulatedRun("pr-1") { IsPipeline = true };
        var child = new SimulatedRun("tr-1", pipeline);
        pipeline.Children = [child];
        scene.Put(pipeline, "True", isComplete: true);
        scene.Pass(30);
        scene.Watcher.Kill();
        scene.Cluster.Delete("pipelineruns", "pr-1");
        scene.Watcher.Start();
        scene.Pass(30);
        scene.Put(child, "True", isComplete: true);
        scene.Pass(10);
        var statement = StoredStatements.Of(scene.Registries).Of("pr-1").Should().ContainSingle().Subject;
        statement.MissingChildren.Should().BeEmpty();
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void Clock_an_hour_off_neither_ends_a_retried_run_early_nor_holds_up_the_others(int hours) => Scene.Play(scene =>
    {
        scene.Watcher.Skew = TimeSpan.FromHours(hours);
        scene.Watcher.Start();
        var run = new SimulatedRun("tr-1");
        scene.Put(run, "False", isComplete: false);
        scene.Pass(40);
        scene.Put(run, "Unknown", isComplete: false);
        scene.Finished("tr-2");
        scene.Pass(60);
        scene.StatementsOf("tr-2").Should().Be(1);
        scene.Watcher.Settlements.Should().ContainSingle();
        scene.Put(run, "True", isComplete: true);
        scene.Pass(10);
        scene.StatementsOf("tr-1").Should().Be(1);
    });

    [Fact]
    public void Run_that_failed_again_and_again_and_then_no_more_is_settled_a_minute_after_its_last_try() => Scene.Play(static scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        var run = new SimulatedRun("tr-1");
        for (int i = 0; i < 4; i++)
        {
            scene.Put(run, "False", isComplete: false);
            scene.Pass(40);
        }

        scene.IsSettled("tr-1").Should().BeFalse();
        scene.Pass(120);
        scene.IsSettled("tr-1").Should().BeTrue();
    });
}
