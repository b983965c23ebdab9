using System.Text;
using Provenance.Watcher.Journals;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Tests.Journals;
using static Provenance.Watcher.Tests.Ledgers.LedgerFixture;

namespace Provenance.Watcher.Tests.Ledgers;

public sealed class RunLedgerTests
{
    private static readonly string[] States = ["observed", "frozen", "signed", "pushed", "settled", "dead", "retried"];

    [Theory]
    [InlineData("observed")]
    [InlineData("frozen")]
    [InlineData("signed")]
    [InlineData("pushed")]
    [InlineData("settled")]
    [InlineData("dead")]
    [InlineData("retried")]
    public async Task Opening_goes_on_from_every_state(string state)
    {
        var storage = new CrashingStorage();
        var ledger = Open(storage);
        Take(ledger, "other", "frozen");
        Take(ledger, "run", state);
        string before = Describe(ledger, "run");
        await ledger.DisposeAsync();

        await using var again = Open(storage);
        Describe(again, "run").Should().Be(before).And.NotBe("unknown");
        again.OpenEntries.Count.Should().Be(state is "settled" ? 1 : 2);
    }

    [Theory]
    [InlineData("observed")]
    [InlineData("frozen")]
    public async Task A_run_of_which_only_the_first_record_reached_the_disk_is_taken_in_anew(string state)
    {
        var storage = new CrashingStorage();
        var ledger = Open(storage);
        Take(ledger, "run", state);
        await ledger.DisposeAsync();
        int end = 0;
        SegmentReader.Read(storage, 1 << 20, r => end = r.State is JournalState.Observed ? r.Position.Offset + r.Position.Length : end);
        storage.Truncate(1, end);

        await using var again = Open(storage);
        again.IsKnown(Key("run")).Should().BeFalse();
        Take(again, "run", state);
        string taken = Describe(again, "run");
        await using var last = Open(storage);
        Describe(last, "run").Should().Be(taken);
    }

    [Fact]
    public async Task Cleaning_keeps_everything_that_is_needed_whenever_the_power_goes_away()
    {
        var chance = new Random(1);
        for (int crashAt = 0; crashAt < 60; crashAt++)
        {
            int flushes = 0;
            CrashingStorage? crashed = null;
            var storage = new CrashingStorage();
            var ledger = Open(storage);
            var uids = new List<string>();
            for (int i = 0; i < 60; i++)
            {
                uids.Add($"run-{i}");
                Take(ledger, uids[i], i % 5 is 0 ? States[i / 5 % States.Length] : "settled");
                if (i % 10 is 0)
                {
                    ledger.Companions.Keep("owner", Encoding.UTF8.GetBytes($"companion {i}"));
                }
            }

            var before = uids.ConvertAll(u => Describe(ledger, u));
            storage.Flushing = () =>
            {
                crashed ??= flushes++ == crashAt ? storage.Crash(chance) : null;
                return Task.CompletedTask;
            };
            int cleaned = 0;
            while (await ledger.CleanAsync(CancellationToken.None))
            {
                cleaned++;
                crashed ??= flushes++ == crashAt ? storage.Crash(chance) : null;
            }

            cleaned.Should().BeGreaterThan(3);
            foreach (var disk in new[] { storage, crashed ?? storage })
            {
                await using var again = Open(disk);
                uids.ConvertAll(u => Describe(again, u)).Should().Equal(before);
                (await again.Companions.OfAsync("owner", CancellationToken.None)).Select(Encoding.UTF8.GetString)
                    .Should().Equal(Enumerable.Range(0, 6).Select(static i => $"companion {i * 10}"));
            }
        }
    }

    [Fact]
    public async Task Cleaning_ends_where_nothing_but_the_keys_of_settled_runs_is_left()
    {
        var storage = new CrashingStorage();
        await using var ledger = Open(storage, Small with { CleaningThreshold = 100 });
        for (int i = 0; i < 300; i++)
        {
            Take(ledger, $"run-{i}", "settled");
        }

        int cleaned = 0;
        while (await ledger.CleanAsync(CancellationToken.None))
        {
            (++cleaned).Should().BeLessThan(1000);
        }

        Enumerable.Range(0, 300).Should().OnlyContain(i => ledger.IsSettled(Key($"run-{i}")));
        ledger.JournalSize.Should().BeLessThan(30_000);
    }

    [Fact]
    public async Task Runs_that_wait_for_long_do_not_keep_the_journal_from_being_cleaned()
    {
        var storage = new CrashingStorage();
        await using var ledger = Open(storage);
        for (int i = 0; i < 10; i++)
        {
            Take(ledger, $"waits-{i}", "frozen");
        }

        for (int i = 0; i < 200; i++)
        {
            Take(ledger, $"run-{i}", "settled");
            while (await ledger.CleanAsync(CancellationToken.None))
            {
            }
        }

        ledger.JournalSize.Should().BeLessThan(80_000);
        Enumerable.Range(0, 10).Should().OnlyContain(i => Describe(ledger, $"waits-{i}").StartsWith("Frozen|", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Companions_keep_their_order_and_number_over_cleaning_and_opening()
    {
        var storage = new CrashingStorage();
        var ledger = Open(storage);
        ledger.Companions.Keep("owner", "old state"u8);
        for (int i = 0; i < 20; i++)
        {
            Take(ledger, $"run-{i}", "settled");
        }

        ledger.Companions.Keep("owner", "new state"u8);
        while (await ledger.CleanAsync(CancellationToken.None))
        {
        }

        await using var again = Open(storage);
        (await again.Companions.OfAsync("owner", CancellationToken.None)).Select(Encoding.UTF8.GetString).Should().Equal("old state", "new state");
        again.Companions.Release("owner");
        (await again.Companions.OfAsync("owner", CancellationToken.None)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_whose_object_is_gone_is_remembered_for_an_hour_after_it_is_settled(bool isGoneFirst)
    {
        await using var ledger = Open(new CrashingStorage());
        var entry = Take(ledger, "run", "frozen");
        if (isGoneFirst)
        {
            ledger.Forget(Key("run"));
        }

        ledger.Settle(entry, new SettledRun("attested", Time.GetUtcNow()));
        ledger.Forget(Key("run"));
        Time.Advance(TimeSpan.FromMinutes(59));
        ledger.Forget(Key("another"));
        ledger.IsKnown(Key("run")).Should().BeTrue();

        Time.Advance(TimeSpan.FromMinutes(2));
        ledger.Forget(Key("another"));
        ledger.IsKnown(Key("run")).Should().BeFalse();
    }
}
