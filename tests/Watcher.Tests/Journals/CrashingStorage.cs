using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Tests.Journals;

/// <summary>
/// Segments in memory that behave as files do when the machine dies: what was not flushed may be lost, cut off or garbled, and a removed
/// file may be there again. A test decides when flushes end and when the disk is full.
/// </summary>
internal sealed class CrashingStorage : IJournalStorage
{
    private readonly SortedDictionary<int, Segment> segments = [];
    private readonly SortedDictionary<int, Segment> removed = [];

    public IReadOnlyList<int> Segments => [.. segments.Where(static s => s.Value.Exists).Select(static s => s.Key)];

    /// <summary>How often something was made durable.</summary>
    public int Flushes { get; private set; }

    /// <summary>Ends when the bytes are on disk; at once where it is not set.</summary>
    public Func<Task>? Flushing { get; set; }

    /// <summary>How many bytes of a write the disk takes before it refuses; null where it takes them all.</summary>
    public Func<int, int?>? Accepting { get; set; }

    public byte[] ReadAll(int segment) => segments[segment].Bytes.AsSpan(0, segments[segment].Length).ToArray();

    public void Read(int segment, long offset, Span<byte> target)
    {
        var found = segments[segment];
        if (offset + target.Length > found.Length)
        {
            throw new JournalException($"Segment {segment} ends before what was written to it.");
        }

        found.Bytes.AsSpan((int)offset, target.Length).CopyTo(target);
    }

    public async ValueTask CreateAsync(int segment, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        segments.TryAdd(segment, new Segment());
        await WriteAsync(segment, 0, content, cancellationToken).ConfigureAwait(false);
        removed.Clear();
        segments[segment].IsNamed = true;
    }

    public async ValueTask WriteAsync(int segment, long offset, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var target = segments[segment];
        if (Accepting?.Invoke(content.Length) is { } accepted)
        {
            target.Put((int)offset, content.Span[..accepted]);
            throw new IOException("No space left on device.");
        }

        target.Put((int)offset, content.Span);
        if (Flushing is { } flushing)
        {
            await flushing().ConfigureAwait(false);
        }

        Flushes++;
        target.Durable = Math.Max(target.Durable, (int)offset + content.Length);
    }

    public void Truncate(int segment, long length) => (segments[segment].Length, segments[segment].Durable) = ((int)length, (int)length);

    public void Delete(int segment)
    {
        if (segments.Remove(segment, out var gone) && gone.IsNamed)
        {
            removed[segment] = gone;
        }
    }

    public void Dispose()
    {
    }

    /// <summary>Changes bytes behind the journal's back.</summary>
    public void Alter(int segment, Func<byte[], byte[]> alter)
    {
        byte[] altered = alter(ReadAll(segment));
        segments[segment] = new Segment { Bytes = altered, Length = altered.Length, Durable = altered.Length, IsNamed = true };
    }

    /// <summary>What is there after the power went away at this moment.</summary>
    public CrashingStorage Crash(Random chance)
    {
        var after = new CrashingStorage();
        foreach (var (number, segment) in segments)
        {
            if (segment.IsNamed || chance.Next(2) is 0)
            {
                after.segments[number] = segment.Crash(chance);
            }
        }

        // Removed files come back only as a whole tail of the removals: the names of a folder are journaled in order.
        foreach (var (number, segment) in removed.Reverse().TakeWhile(_ => chance.Next(2) is 0))
        {
            after.segments.TryAdd(number, segment.Crash(chance));
        }

        return after;
    }

    private sealed class Segment
    {
        public byte[] Bytes { get; set; } = new byte[4096];

        public int Length { get; set; }

        public int Durable { get; set; }

        /// <summary>Whether its name is durable in the folder.</summary>
        public bool IsNamed { get; set; }

        public bool Exists => Length > 0 || IsNamed;

        public void Put(int offset, ReadOnlySpan<byte> content)
        {
            while (Bytes.Length < offset + content.Length)
            {
                var larger = new byte[Bytes.Length * 2];
                Bytes.CopyTo(larger, 0);
                Bytes = larger;
            }

            content.CopyTo(Bytes.AsSpan(offset));
            Length = Math.Max(Length, offset + content.Length);
        }

        public Segment Crash(Random chance)
        {
            byte[] bytes = Bytes.AsSpan(0, Length).ToArray();
            int torn = chance.Next(Durable, Length + 1);
            switch (chance.Next(3))
            {
                case 0:
                    bytes = bytes[..torn];
                    break;
                case 1:
                    // The length was written and the bytes were not.
                    bytes.AsSpan(torn).Clear();
                    break;
                default:
                    bytes = bytes[..torn];
                    if (torn > Durable && torn > RecordFormat.Magic.Length)
                    {
                        bytes[chance.Next(Math.Max(Durable, RecordFormat.Magic.Length), torn)] ^= (byte)chance.Next(1, 256);
                    }

                    break;
            }

            return new Segment { Bytes = bytes.Length is 0 ? new byte[16] : bytes, Length = bytes.Length, Durable = bytes.Length, IsNamed = true };
        }
    }
}
