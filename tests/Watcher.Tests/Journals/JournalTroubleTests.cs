using Provenance.Testing;
using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Tests.Journals;

public sealed class JournalTroubleTests
{
    private readonly SkippingTime time = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(21)]
    public async Task A_full_disk_loses_and_corrupts_nothing_and_the_waiters_go_on_when_there_is_room(int accepted)
    {
        int refusals = 0;
        bool full = true;
        var storage = new CrashingStorage
        {
            Accepting = length =>
            {
                full = full && ++refusals < 5;
                return full ? Math.Min(accepted, length) : null;
            },
        };
        var journal = Journal.Open(storage, new JournalOptions(), time, static _ => { });
        var commits = new List<Task>();
        for (int i = 0; i < 200; i++)
        {
            journal.Append(JournalState.Observed, i, new byte[i], out long sequence);
            commits.Add(journal.CommitAsync(sequence, CancellationToken.None));
        }

        await Task.WhenAll(commits);
        journal.Trouble.Should().BeNull();
        time.Delays.Should().HaveCount(4).And.OnlyContain(static d => d == TimeSpan.FromSeconds(1));
        await journal.DisposeAsync();
        var runs = new List<long>();
        Journal.Open(storage, new JournalOptions(), time, r =>
        {
            r.Payload.Length.Should().Be((int)r.Run);
            runs.Add(r.Run);
        });
        runs.Should().Equal(Enumerable.Range(0, 200).Select(static i => (long)i));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_stops_the_intake_at_the_limit_of_what_may_wait()
    {
        // Continuations run within the call that ends their waiting only where no context asks for them.
        SynchronizationContext.SetSynchronizationContext(null);
        var waiting = new HeldTime();
        bool full = true;
        var storage = new CrashingStorage { Accepting = _ => full ? 3 : null };
        var journal = Journal.Open(storage, new JournalOptions { MaximumPending = 1000, ContinueInline = true }, waiting, static _ => { });
        journal.Append(JournalState.Observed, 1, new byte[100], out long first);

        journal.Trouble.Should().StartWith("The journal cannot be written: No space left on device.");
        journal.WhenWritableAsync(CancellationToken.None).IsCompletedSuccessfully.Should().BeTrue();
        journal.Append(JournalState.Observed, 2, new byte[1000], out long second);
        var writable = journal.WhenWritableAsync(CancellationToken.None);
        var commits = Task.WhenAll(journal.CommitAsync(first, CancellationToken.None), journal.CommitAsync(second, CancellationToken.None));
        waiting.Fire();
        writable.IsCompleted.Should().BeFalse();
        commits.IsCompleted.Should().BeFalse();

        full = false;
        waiting.Fire();
        writable.IsCompletedSuccessfully.Should().BeTrue();
        await commits;
        journal.Trouble.Should().BeNull();
    }

    [Fact]
    public async Task Dispose_does_not_wait_for_a_disk_that_refuses_and_ends_those_who_do()
    {
        var waiting = new HeldTime();
        var storage = new CrashingStorage { Accepting = _ => 0 };
        var journal = Journal.Open(storage, new JournalOptions(), waiting, static _ => { });
        journal.Append(JournalState.Observed, 1, new byte[100], out long sequence);
        var commit = journal.CommitAsync(sequence, CancellationToken.None);

        await journal.DisposeAsync();

        await commit.Invoking(static c => c.WaitAsync(TimeSpan.FromSeconds(30))).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Two_processes_cannot_have_one_journal()
    {
        using var folder = new TemporaryFolder();
        var first = JournalFolder.Open(folder.Path);
        FluentActions.Invoking(() => JournalFolder.Open(folder.Path)).Should().Throw<JournalException>().WithMessage($"The journal {folder.Path} is in use by another process.*");
        first.Dispose();

        using var second = JournalFolder.Open(folder.Path);
        await second.CreateAsync(1, "PRVJRNL1"u8.ToArray(), CancellationToken.None);
        using var reader = JournalFolder.OpenForReading(folder.Path);
        reader.Segments.Should().Equal(1);
    }

    [Fact]
    public async Task A_folder_keeps_what_a_journal_writes_over_segments_removals_and_restarts()
    {
        using var folder = new TemporaryFolder();
        var options = new JournalOptions { SegmentSize = 2000 };
        for (int process = 0; process < 3; process++)
        {
            await using var journal = Journal.Open(JournalFolder.Open(folder.Path), options, TimeProvider.System, static _ => { });
            for (int i = 0; i < 20; i++)
            {
                var position = journal.Append(JournalState.Frozen, (process * 20) + i, new byte[300], out long sequence);
                await journal.CommitAsync(sequence, CancellationToken.None);
                journal.Read(position).Should().HaveCount(300);
            }
        }

        var runs = new List<long>();
        await using (var journal = Journal.Open(JournalFolder.Open(folder.Path), options, TimeProvider.System, r => runs.Add(r.Run)))
        {
            runs.Should().Equal(Enumerable.Range(0, 60).Select(static i => (long)i));
            journal.Remove(journal.OldestSegment!.Value);
        }

        runs.Clear();
        await using var last = Journal.Open(JournalFolder.Open(folder.Path), options, TimeProvider.System, r => runs.Add(r.Run));
        runs.Should().HaveCountLessThan(60).And.EndWith([58L, 59L]);
    }

    /// <summary>A clock whose timers go off when the test says so.</summary>
    private sealed class HeldTime : TimeProvider
    {
        private readonly List<Action> timers = [];

        public void Fire()
        {
            var due = timers.ToList();
            timers.Clear();
            due.ForEach(static t => t());
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            timers.Add(() => callback(state));
            return new Held();
        }

        private sealed class Held : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
