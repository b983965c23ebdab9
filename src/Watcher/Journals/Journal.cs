using System.Buffers;

namespace Provenance.Watcher.Journals;

/// <summary>
/// An append-only log of what has become of runs. Records are written in batches, one flush for all that came meanwhile; a record counts
/// once <see cref="CommitAsync"/> has returned for it. A torn end, as a crash leaves one, is cut off when the journal is opened. When the
/// disk refuses, nothing is lost or half-kept: the same bytes are written again until it accepts them, and callers wait.
/// </summary>
internal sealed class Journal : IAsyncDisposable
{
    private readonly IJournalStorage storage;
    private readonly JournalOptions options;
    private readonly TimeProvider time;
    private readonly Lock turn = new();
    private readonly CommitWaiters waiters;
    private readonly CancellationTokenSource closing = new();
    private readonly SortedDictionary<int, long> sizes = [];
    private ArrayBufferWriter<byte> pending = new(64 * 1024);
    private ArrayBufferWriter<byte> beingWritten = new(64 * 1024);
    private Task pump = Task.CompletedTask;
    private bool pumping;
    private bool ending;
    private int segment;
    private long pendingStart;
    private long appended;
    private long durable;

    private Journal(IJournalStorage storage, JournalOptions options, TimeProvider time)
    {
        this.storage = storage;
        this.options = options;
        this.time = time;
        waiters = new CommitWaiters(options.ContinueInline);
    }

    /// <summary>Why the journal cannot be written at the moment; null while it can.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The bytes that all segments have together.</summary>
    public long Size
    {
        get
        {
            lock (turn)
            {
                return sizes.Values.Sum();
            }
        }
    }

    /// <summary>The sequence of the record that was added last.</summary>
    public long LastSequence
    {
        get
        {
            lock (turn)
            {
                return appended;
            }
        }
    }

    /// <summary>The oldest segment, where it will not change again; null where there is only the one that is being written.</summary>
    public int? OldestSegment
    {
        get
        {
            lock (turn)
            {
                return sizes.Count > 1 ? sizes.Keys.First() : null;
            }
        }
    }

    /// <summary>The segment that is being written; those with lower numbers will not change again.</summary>
    public int CurrentSegment
    {
        get
        {
            lock (turn)
            {
                return segment;
            }
        }
    }

    /// <summary>The bytes of a segment.</summary>
    public long SizeOf(int number)
    {
        lock (turn)
        {
            return sizes.GetValueOrDefault(number);
        }
    }

    /// <summary>Opens a journal and tells every record that is in it, oldest first.</summary>
    /// <exception cref="JournalException">A segment other than the last is damaged, or the journal is of another format.</exception>
    public static Journal Open(IJournalStorage storage, JournalOptions options, TimeProvider time, Action<JournalRecord> replay)
    {
        var journal = new Journal(storage, options, time);
        foreach (var (number, length) in SegmentReader.Replay(storage, options.MaximumPayload, replay))
        {
            (journal.segment, journal.pendingStart, journal.sizes[number]) = (number, length, length);
        }

        return journal;
    }

    /// <summary>Adds a record; it counts once <see cref="CommitAsync"/> has returned for the sequence.</summary>
    public JournalPosition Append(JournalState state, long run, ReadOnlySpan<byte> payload, out long sequence)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, options.MaximumPayload);
        JournalPosition position;
        lock (turn)
        {
            int length = RecordFormat.HeadLength + payload.Length;
            if (segment is 0 || (pendingStart > options.SegmentSize && pending.WrittenCount is 0))
            {
                segment++;
                pendingStart = 0;
                pending.Write(RecordFormat.Magic);
            }

            long offset = pendingStart + pending.WrittenCount;
            RecordFormat.Write(pending.GetSpan(length)[..length], state, run, payload);
            pending.Advance(length);
            position = new JournalPosition(segment, checked((int)offset + RecordFormat.HeadLength), payload.Length);
            sequence = ++appended;
        }

        StartPump();
        return position;
    }

    /// <summary>Returns once everything up to the sequence is there even after a crash.</summary>
    public Task CommitAsync(long sequence, CancellationToken cancellationToken)
    {
        lock (turn)
        {
            return sequence <= durable ? Task.CompletedTask : waiters.For(sequence).WaitAsync(cancellationToken);
        }
    }

    /// <summary>Returns once records can be added without piling up in memory.</summary>
    public Task WhenWritableAsync(CancellationToken cancellationToken)
    {
        lock (turn)
        {
            return pending.WrittenCount < options.MaximumPending ? Task.CompletedTask : waiters.ForRoom().WaitAsync(cancellationToken);
        }
    }

    /// <summary>Reads a payload that has been committed.</summary>
    public byte[] Read(JournalPosition position)
    {
        byte[] payload = new byte[position.Length];
        storage.Read(position.Segment, position.Offset, payload);
        return payload;
    }

    /// <summary>Removes a segment whose records are not needed any more.</summary>
    public void Remove(int number)
    {
        lock (turn)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, segment);
            sizes.Remove(number);
        }

        storage.Delete(number);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // What can be written still is; a disk that refuses, now or later, does not keep the process from ending.
        bool isRefused;
        lock (turn)
        {
            ending = true;
            isRefused = Trouble is not null;
        }

        if (isRefused)
        {
            await closing.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            await pump.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Those who wait learn it below.
        }

        IReadOnlyList<TaskCompletionSource> abandoned;
        lock (turn)
        {
            abandoned = waiters.TakeUpTo(long.MaxValue);
        }

        foreach (var waiter in abandoned)
        {
            waiter.TrySetCanceled(CancellationToken.None);
        }

        await closing.CancelAsync().ConfigureAwait(false);
        closing.Dispose();
        storage.Dispose();
    }

    private void StartPump()
    {
        lock (turn)
        {
            if (pumping)
            {
                return;
            }

            pumping = true;
        }

        // The first writer's batch would otherwise hold one record only: others get a moment to add theirs.
        pump = options.ContinueInline ? PumpAsync() : Task.Run(PumpAsync, CancellationToken.None);
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            int number;
            long offset;
            long last;
            lock (turn)
            {
                if (pending.WrittenCount is 0)
                {
                    pumping = false;
                    return;
                }

                (pending, beingWritten) = (beingWritten, pending);
                (number, offset, last) = (segment, pendingStart, appended);
                pendingStart += beingWritten.WrittenCount;
            }

            await WriteAsync(number, offset, beingWritten.WrittenMemory).ConfigureAwait(false);
            Conclude(number, offset + beingWritten.WrittenCount, last);
        }
    }

    private async Task WriteAsync(int number, long offset, ReadOnlyMemory<byte> content)
    {
        while (true)
        {
            try
            {
                if (offset is 0)
                {
                    await storage.CreateAsync(number, content, closing.Token).ConfigureAwait(false);
                }
                else
                {
                    await storage.WriteAsync(number, offset, content, closing.Token).ConfigureAwait(false);
                }

                Trouble = null;
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                lock (turn)
                {
                    Trouble = $"The journal cannot be written: {e.Message} Nothing is lost; it goes on as soon as the disk accepts writes.";
                    if (ending)
                    {
                        throw new OperationCanceledException(Trouble);
                    }
                }

                await Task.Delay(options.RetryInterval, time, closing.Token).ConfigureAwait(false);
            }
        }
    }

    private void Conclude(int number, long length, long last)
    {
        IReadOnlyList<TaskCompletionSource> done;
        lock (turn)
        {
            sizes[number] = length;
            Reset();
            durable = last;
            done = waiters.TakeUpTo(last);
        }

        foreach (var waiter in done)
        {
            waiter.TrySetResult();
        }
    }

    /// <summary>One large batch must not keep its memory for ever.</summary>
    private void Reset()
    {
        if (beingWritten.Capacity > 2 * options.MaximumPending)
        {
            beingWritten = new ArrayBufferWriter<byte>(64 * 1024);
        }
        else
        {
            beingWritten.ResetWrittenCount();
        }
    }
}
