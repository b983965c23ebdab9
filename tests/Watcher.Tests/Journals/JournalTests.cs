using System.Text;
using Provenance.Testing;
using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Tests.Journals;

public sealed class JournalTests
{
    private static readonly JournalOptions Options = new() { ContinueInline = true };

    private readonly SkippingTime time = new();

    [Fact]
    public async Task Open_tells_every_committed_record_in_order_with_its_place()
    {
        var storage = new CrashingStorage();
        await WriteAsync(storage, Options, 0, 40);

        var records = new List<(JournalState, long, string)>();
        await using var journal = Journal.Open(storage, Options, time, r => records.Add((r.State, r.Run, Encoding.UTF8.GetString(r.Payload.Span))));

        records.Should().Equal(Enumerable.Range(0, 40).Select(i => (JournalState.Observed, (long)i, Text(i))));
    }

    [Fact]
    public async Task Read_gives_the_payload_of_a_committed_record_before_and_after_opening()
    {
        var storage = new CrashingStorage();
        var journal = Journal.Open(storage, Options, time, static _ => { });
        var position = journal.Append(JournalState.Signed, 7, "bundle"u8, out long sequence);
        await journal.CommitAsync(sequence, CancellationToken.None);

        journal.Read(position).Should().Equal("bundle"u8.ToArray());
        var positions = new List<JournalPosition>();
        await using var again = Journal.Open(storage, Options, time, r => positions.Add(r.Position));
        positions.Should().Equal(position);
        again.Read(position).Should().Equal("bundle"u8.ToArray());
    }

    [Fact]
    public async Task Open_goes_on_after_the_last_record_of_the_last_process()
    {
        var storage = new CrashingStorage();
        await WriteAsync(storage, Options, 0, 3);
        await WriteAsync(storage, Options, 3, 6);

        Replay(storage).Should().Equal(0, 1, 2, 3, 4, 5);
    }

    [Fact]
    public async Task Open_cuts_a_torn_end_off_whatever_was_lost_of_the_last_600_bytes()
    {
        var whole = new CrashingStorage();
        await WriteAsync(whole, Options, 0, 60);
        byte[] bytes = whole.ReadAll(1);
        int[] ends = [.. Enumerable.Range(0, 60).Select(static i => 8 + Enumerable.Range(0, i + 1).Sum(static r => RecordFormat.HeadLength + Text(r).Length))];
        for (int lost = 1; lost <= 600; lost++)
        {
            var storage = new CrashingStorage();
            await storage.CreateAsync(1, bytes.AsMemory(..^lost), CancellationToken.None);

            int[] left = [.. Enumerable.Range(0, ends.Count(e => e <= bytes.Length - lost))];
            Replay(storage).Should().Equal(left);
            await WriteAsync(storage, Options, 1000, 1002);
            Replay(storage).Should().Equal([.. left, 1000, 1001]);
        }
    }

    [Fact]
    public async Task Open_keeps_what_stands_before_a_garbled_byte_of_the_last_600()
    {
        var whole = new CrashingStorage();
        await WriteAsync(whole, Options, 0, 60);
        byte[] bytes = whole.ReadAll(1);
        int[] ends = [.. Enumerable.Range(0, 60).Select(static i => 8 + Enumerable.Range(0, i + 1).Sum(static r => RecordFormat.HeadLength + Text(r).Length))];
        for (int back = 1; back <= 600; back++)
        {
            int at = bytes.Length - back;
            foreach (byte flip in (byte[])[0x01, 0x80, 0xff])
            {
                var storage = new CrashingStorage();
                byte[] garbled = [.. bytes];
                garbled[at] ^= flip;
                await storage.CreateAsync(1, garbled, CancellationToken.None);

                Replay(storage).Should().Equal(Enumerable.Range(0, ends.Count(e => e <= at)));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRV")]
    [InlineData("PRVJRNL")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("PRVJ\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public async Task Open_drops_a_last_segment_that_was_only_begun(string begun)
    {
        var storage = new CrashingStorage();
        await WriteAsync(storage, Options, 0, 3);
        await storage.CreateAsync(2, Encoding.ASCII.GetBytes(begun), CancellationToken.None);

        Replay(storage).Should().Equal(0, 1, 2);
        storage.Segments.Should().Equal(1);
        await WriteAsync(storage, Options with { SegmentSize = 1 }, 3, 5);
        Replay(storage).Should().Equal(0, 1, 2, 3, 4);
    }

    [Fact]
    public async Task Open_refuses_a_damaged_segment_that_is_not_the_last_and_names_it()
    {
        var storage = new CrashingStorage();
        await WriteAsync(storage, Options with { SegmentSize = 64 }, 0, 40);
        int middle = storage.Segments[storage.Segments.Count / 2];
        storage.Alter(middle, static bytes =>
        {
            bytes[^1] ^= 1;
            return bytes;
        });

        storage.Invoking(Replay).Should().Throw<JournalException>().WithMessage($"Segment {middle} of the journal is damaged at byte *");
    }

    [Fact]
    public async Task Open_refuses_a_format_of_another_version()
    {
        var storage = new CrashingStorage();
        await storage.CreateAsync(1, "PRVJRNL2 and what else there is"u8.ToArray(), CancellationToken.None);

        storage.Invoking(Replay).Should().Throw<JournalException>().WithMessage("Segment 1 of the journal has a format that this version does not read.*");
        storage.Segments.Should().Equal(1);
    }

    [Fact]
    public async Task Append_begins_a_new_segment_when_the_last_is_full()
    {
        var storage = new CrashingStorage();
        await WriteAsync(storage, Options with { SegmentSize = 100 }, 0, 50);

        storage.Segments.Should().HaveCountGreaterThan(5).And.BeInAscendingOrder();
        Replay(storage).Should().Equal(Enumerable.Range(0, 50));
    }

    [Fact]
    public async Task Commit_flushes_once_for_everything_that_came_meanwhile()
    {
        var flush = new TaskCompletionSource();
        var storage = new CrashingStorage { Flushing = () => flush.Task };
        var journal = Journal.Open(storage, Options, time, static _ => { });
        var commits = new List<Task>();
        for (int i = 0; i < 100; i++)
        {
            journal.Append(JournalState.Observed, i, "x"u8, out long sequence);
            commits.Add(journal.CommitAsync(sequence, CancellationToken.None));
        }

        commits.Should().OnlyContain(static c => !c.IsCompleted);
        flush.SetResult();
        await Task.WhenAll(commits);
        storage.Flushes.Should().Be(2);
        await journal.DisposeAsync();
    }

    [Fact]
    public async Task Commit_returns_only_when_the_record_is_durable()
    {
        // Continuations run within the call that ends their waiting only where no context asks for them.
        SynchronizationContext.SetSynchronizationContext(null);
        var flushes = new Queue<TaskCompletionSource>();
        var storage = new CrashingStorage
        {
            Flushing = () =>
            {
                flushes.Enqueue(new TaskCompletionSource());
                return flushes.Last().Task;
            },
        };
        var journal = Journal.Open(storage, Options, time, static _ => { });
        journal.Append(JournalState.Observed, 1, "first"u8, out long first);
        journal.Append(JournalState.Observed, 2, "second"u8, out long second);
        var one = journal.CommitAsync(first, CancellationToken.None);
        var two = journal.CommitAsync(second, CancellationToken.None);

        flushes.Dequeue().SetResult();
        one.IsCompletedSuccessfully.Should().BeTrue();
        two.IsCompleted.Should().BeFalse();
        flushes.Dequeue().SetResult();
        await two;
        journal.CommitAsync(second, CancellationToken.None).IsCompletedSuccessfully.Should().BeTrue();
    }

    private async Task WriteAsync(CrashingStorage storage, JournalOptions options, int from, int to)
    {
        await using var journal = Journal.Open(storage, options, time, static _ => { });
        for (int i = from; i < to; i++)
        {
            journal.Append(JournalState.Observed, i, Encoding.UTF8.GetBytes(Text(i)), out long sequence);
            await journal.CommitAsync(sequence, CancellationToken.None);
        }
    }

    private static string Text(int i) => $"payload of record {i}: {new string((char)('a' + (i % 26)), i % 17)}";

    private List<int> Replay(CrashingStorage storage)
    {
        var numbers = new List<int>();
        _ = Journal.Open(storage, Options, time, r =>
        {
            Encoding.UTF8.GetString(r.Payload.Span).Should().Be(Text((int)r.Run));
            numbers.Add((int)r.Run);
        });
        return numbers;
    }
}
