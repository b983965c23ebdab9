using System.Buffers;

namespace Provenance.Watcher.Journals;

/// <summary>
/// An append-only log of what has become of runs. Records are written in batches, one flush for all that came meanwhile; a record counts
/// once <see cref="CommitAsync"/> has returned for it. A torn end, as a crash leaves one, is cut off when the journal is opened. When the
/// disk refuses, nothing is lost or half-kept: the same bytes are written again until it accepts them, and callers wait.
/// </summary>
public sealed class Journal : IAsyncDisposable
{
    private readonly IJournalStorage storage;
    private readonly JournalOptions options;
    private readonly TimeProvider time;
    private readonly Lock turn = new();
    private readonly List<(long Sequence, TaskCompletionSource Done)> waiting = [];
    private readonly CancellationTokenSource closing = new();
    private readonly SortedDictionary<int, long> sizes = [];
    private ArrayBufferWriter<byte> pending = new(64 * 1024);
    private ArrayBufferWriter<byte> beingWritten = new(64 * 1024);
    private TaskCompletionSource? writable;
    private Task pump = Task.CompletedTask;
    private bool pumping;
    private int segment;
    private long pendingStart;
    private long appended;
    private long durable;

    private Journal(IJournalStorage storage, JournalOptions options, TimeProvider time)
    {
        this.storage = storage;
        this.options = options;
        this.time = time;
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

    /// <summary>Opens a journal and tells every record that is in it, oldest first.</summary>
    /// <exception cref="JournalException">A segment other than the last is damaged, or the journal is of another format.</exception>
    public static Journal Open(IJournalStorage storage, JournalOptions options, TimeProvider time, Action<JournalRecord> replay)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(replay);
        var journal = new Journal(storage, options, time);
        foreach (int number in storage.Segments)
        {
            journal.Replay(number, isLast: number == storage.Segments[^1], replay);
        }

        return journal;
    }

    /// <summary>Tells every record of a journal that another process may be writing, oldest first; a torn end is left alone.</summary>
    public static void Read(IJournalStorage storage, JournalOptions options, Action<JournalRecord> replay)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(replay);
        ArgumentNullException.ThrowIfNull(options);
        foreach (int number in storage.Segments)
        {
            RequireFormat(number, storage.ReadAll(number), out var content);
            ReadRecords(number, content, options.MaximumPayload, replay);
        }
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
        TaskCompletionSource done;
        lock (turn)
        {
            if (sequence <= durable)
            {
                return Task.CompletedTask;
            }

            done = NewSource();
            waiting.Add((sequence, done));
        }

        return done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Returns once records can be added without piling up in memory.</summary>
    public Task WhenWritableAsync(CancellationToken cancellationToken)
    {
        lock (turn)
        {
            return pending.WrittenCount < options.MaximumPending ? Task.CompletedTask : (writable ??= NewSource()).Task.WaitAsync(cancellationToken);
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
        // What can be written still is; a disk that refuses does not keep the process from ending.
        if (Trouble is not null)
        {
            await closing.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            await pump.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }

        await closing.CancelAsync().ConfigureAwait(false);
        closing.Dispose();
        storage.Dispose();
    }

    private TaskCompletionSource NewSource() => new(options.ContinueInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

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
                Trouble = $"The journal cannot be written: {e.Message} Nothing is lost; it goes on as soon as the disk accepts writes.";
                await Task.Delay(options.RetryInterval, time, closing.Token).ConfigureAwait(false);
            }
        }
    }

    private void Conclude(int number, long length, long last)
    {
        var done = new List<TaskCompletionSource>();
        lock (turn)
        {
            sizes[number] = length;
            Reset();
            durable = last;
            for (int i = waiting.Count - 1; i >= 0; i--)
            {
                if (waiting[i].Sequence <= durable)
                {
                    done.Add(waiting[i].Done);
                    waiting.RemoveAt(i);
                }
            }

            done.Reverse();
            if (writable is not null)
            {
                done.Add(writable);
                writable = null;
            }
        }

        foreach (var waiter in done)
        {
            waiter.TrySetResult();
        }
    }

    /// <summary>One large batch must not keep its memory for ever.</summary>
    private void Reset()
    {
        if (beingWritten.Capacity > options.MaximumPending)
        {
            beingWritten = new ArrayBufferWriter<byte>(64 * 1024);
        }
        else
        {
            beingWritten.ResetWrittenCount();
        }
    }

    private void Replay(int number, bool isLast, Action<JournalRecord> replay)
    {
        byte[] bytes = storage.ReadAll(number);
        if (isLast && bytes.Length < RecordFormat.Magic.Length)
        {
            // A segment that was about to be made when the process died: it is made again from its start.
            storage.Delete(number);
            return;
        }

        RequireFormat(number, bytes, out var content);
        int end = ReadRecords(number, content, options.MaximumPayload, replay);
        if (end < bytes.Length)
        {
            if (!isLast)
            {
                throw new JournalException($"Segment {number} of the journal is damaged at byte {end} of {bytes.Length}. Restore it from a backup, or move the journal away to begin a new one: runs that the registry has are found there.");
            }

            storage.Truncate(number, end);
        }

        segment = number;
        pendingStart = end;
        sizes[number] = end;
    }

    private static void RequireFormat(int number, byte[] bytes, out ReadOnlyMemory<byte> content)
    {
        content = bytes;
        if (bytes.Length > 0 && !bytes.AsSpan().StartsWith(RecordFormat.Magic[..Math.Min(bytes.Length, RecordFormat.Magic.Length)]))
        {
            throw new JournalException($"Segment {number} of the journal has a format that this version does not read. Run the version that wrote it, or begin with an empty folder.");
        }
    }

    private static int ReadRecords(int number, ReadOnlyMemory<byte> content, int maximumPayload, Action<JournalRecord> replay)
    {
        int offset = Math.Min(RecordFormat.Magic.Length, content.Length);
        while (RecordFormat.TryRead(content[offset..], maximumPayload, out var state, out long run, out var payload))
        {
            replay(new JournalRecord(state, run, payload, new JournalPosition(number, offset + RecordFormat.HeadLength, payload.Length)));
            offset += RecordFormat.HeadLength + payload.Length;
        }

        return offset;
    }
}
