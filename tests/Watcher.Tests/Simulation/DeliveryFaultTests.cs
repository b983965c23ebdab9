namespace Provenance.Watcher.Tests.Simulation;

/// <summary>Faults between the watcher, its disk and the registries.</summary>
public sealed class DeliveryFaultTests
{
    private const string Registry = "registry-a.example.com";

    [Fact]
    public void Kill_at_any_moment_between_observed_and_done_leaves_exactly_one_statement_per_subject()
    {
        for (int step = 0; step < 150; step++)
        {
            Scene.Play(
                scene =>
                {
                    scene.Watcher.Start();
                    scene.Pass(5);
                    var run = new SimulatedRun("tr-1") { Images = [$"{Registry}/sim/one", "registry-b.example.com/sim/two"] };
                    scene.Put(run, "True", isComplete: true);
                    scene.Pass(step * 0.02);
                    scene.Watcher.Kill();
                    scene.Pass(1);
                    scene.Watcher.Start();
                    scene.Pass(120);
                    scene.StatementsOf("tr-1").Should().Be(2, "it was killed {0} s after the end", step * 0.02);
                    scene.IsSettled("tr-1").Should().BeTrue();
                },
                seed: step);
        }
    }

    [Theory]
    [InlineData(RegistryFault.Refused)]
    [InlineData(RegistryFault.Unavailable)]
    [InlineData(RegistryFault.TooManyRequests)]
    [InlineData(RegistryFault.Timeout)]
    [InlineData(RegistryFault.TimeoutAfterEffect)]
    [InlineData(RegistryFault.AnswerLost)]
    [InlineData(RegistryFault.Flapping)]
    internal void Registry_down_10_minutes_loses_nothing_is_left_alone_and_drains_soon(RegistryFault fault) => Scene.Play(scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        scene.Registries.Set(Registry, fault);
        var began = scene.World.Now;
        for (int i = 0; i < 40; i++)
        {
            scene.Finished($"tr-{i}");
            scene.Pass(15);
        }

        if (fault is not RegistryFault.Flapping)
        {
            for (int minute = 1; minute < 10; minute++)
            {
                scene.AttemptsBetween(Registry, began + TimeSpan.FromMinutes(minute), began + TimeSpan.FromMinutes(minute + 1)).Should().BeLessThanOrEqualTo(10);
            }
        }

        scene.Registries.MendAll();
        scene.Pass(90);
        Enumerable.Range(0, 40).Should().OnlyContain(i => scene.StatementsOf($"tr-{i}") == 1);
        scene.Watcher.Outbox.Depth.Should().Be(0);
        scene.Watcher.Outbox.RegistriesDown.Should().BeEmpty();
    });

    [Fact]
    public void Registry_down_holds_up_neither_the_other_registry_nor_runs_that_need_both() => Scene.Play(scene =>
    {
        scene.Watcher.Start();
        scene.Registries.Set(Registry, RegistryFault.Unavailable);
        for (int i = 0; i < 12; i++)
        {
            Put(scene, $"a-{i}", [$"{Registry}/sim/one"]);
            Put(scene, $"both-{i}", [$"{Registry}/sim/one", "registry-b.example.com/sim/two"]);
            Put(scene, $"b-{i}", ["registry-b.example.com/sim/two"]);
        }

        scene.Pass(60);
        Enumerable.Range(0, 12).Should().OnlyContain(i => scene.StatementsOf($"b-{i}") == 1);
        scene.Registries.Set("registry-b.example.com", RegistryFault.Unavailable);
        Put(scene, "b-late", ["registry-b.example.com/sim/two"]);
        scene.Pass(300);
        scene.Registries.Set(Registry, RegistryFault.None);
        scene.Pass(90);
        Enumerable.Range(0, 12).Should().OnlyContain(i => scene.StatementsOf($"a-{i}") == 1);
        scene.Registries.MendAll();
        scene.Pass(120);
        Enumerable.Range(0, 12).Should().OnlyContain(i => scene.StatementsOf($"both-{i}") == 2);
        scene.StatementsOf("b-late").Should().Be(1);
    });

    [Fact]
    public void Disk_full_stops_the_reading_says_so_and_resumes_without_a_loss() => Scene.Play(scene =>
    {
        scene.Watcher.Start();
        scene.Pass(5);
        scene.Watcher.IsDiskFull = true;
        for (int i = 0; i < 20; i++)
        {
            scene.Finished($"tr-{i}");
        }

        scene.Pass(120);
        scene.Watcher.Ledger.Trouble.Should().StartWith("The journal cannot be written:");
        scene.Watcher.Ledger.OpenEntries.Count.Should().BeLessThan(5);
        Enumerable.Range(0, 20).Should().OnlyContain(i => scene.StatementsOf($"tr-{i}") == 0);
        scene.Watcher.IsDiskFull = false;
        scene.Pass(60);
        scene.Watcher.Ledger.Trouble.Should().BeNull();
        Enumerable.Range(0, 20).Should().OnlyContain(i => scene.StatementsOf($"tr-{i}") == 1);
    });

    [Fact]
    public void Namespace_deleted_while_pending_is_attested_from_the_journal_even_after_a_restart() => Scene.Play(scene =>
    {
        scene.Watcher.Start();
        scene.Registries.Set(Registry, RegistryFault.Unavailable);
        for (int i = 0; i < 10; i++)
        {
            scene.Finished($"tr-{i}");
        }

        scene.Pass(60);
        for (int i = 0; i < 10; i++)
        {
            scene.Cluster.Delete("taskruns", $"tr-{i}");
        }

        scene.Pass(60);
        scene.Watcher.Kill();
        scene.Registries.MendAll();
        scene.Watcher.Start();
        scene.Pass(60);
        Enumerable.Range(0, 10).Should().OnlyContain(i => scene.StatementsOf($"tr-{i}") == 1);
    });

    [Fact]
    public void Dead_letters_keep_their_reason_over_a_restart_and_go_on_when_they_are_retried() => Scene.Play(scene =>
    {
        scene.Watcher.Start();
        scene.Finished("tr-1", $"{Registry}/sim/denied");
        scene.Finished("tr-2");
        scene.Pass(60);
        scene.Watcher.Kill();
        scene.Watcher.Start();
        scene.Pass(60);
        scene.StatementsOf("tr-2").Should().Be(1);
        var entry = scene.Watcher.Ledger.OpenEntries.Should().ContainSingle().Subject;
        entry.DeadLetter!.Message.Should().Contain("DENIED");
        scene.Watcher.DeadLetters.Should().ContainSingle();
        scene.Watcher.Outbox.Retry(entry);
        scene.Pass(10);
        scene.Watcher.DeadLetters.Should().HaveCount(2);
    });

    private static void Put(Scene scene, string uid, IReadOnlyList<string> images) => scene.Put(new SimulatedRun(uid) { Images = images }, "True", isComplete: true);
}
