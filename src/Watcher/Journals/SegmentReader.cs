namespace Provenance.Watcher.Journals;

/// <summary>Reads the segments of a journal from the oldest to the newest.</summary>
internal static class SegmentReader
{
    /// <summary>Tells every record of a journal that this process is about to write, and cuts a torn end off.</summary>
    /// <returns>The segments with their lengths.</returns>
    /// <exception cref="JournalException">A segment other than the last is damaged, or the journal is of another format.</exception>
    public static IReadOnlyList<(int Number, int Length)> Replay(IJournalStorage storage, int maximumPayload, Action<JournalRecord> replay)
    {
        var segments = storage.Segments;
        var lengths = new List<(int, int)>(segments.Count);
        foreach (int number in segments)
        {
            bool isLast = number == segments[^1];
            byte[] bytes = storage.ReadAll(number);
            if (isLast && IsOnlyBegun(bytes))
            {
                // A segment that was about to be made when the process or the machine died.
                storage.Delete(number);
                break;
            }

            int end = Read(number, bytes, maximumPayload, replay);
            if (end < bytes.Length)
            {
                if (!isLast)
                {
                    throw new JournalException($"Segment {number} of the journal is damaged at byte {end} of {bytes.Length}. Restore it from a backup, or move the journal away to begin a new one: what the registry has is found there.");
                }

                storage.Truncate(number, end);
            }

            lengths.Add((number, end));
        }

        return lengths;
    }

    /// <summary>Tells every record of a journal that another process may be writing; a torn end is left alone.</summary>
    public static void Read(IJournalStorage storage, int maximumPayload, Action<JournalRecord> replay)
    {
        foreach (int number in storage.Segments)
        {
            Read(number, storage.ReadAll(number), maximumPayload, replay);
        }
    }

    /// <summary>Whether a crash left less than the first eight bytes: fewer, or zeros where the length was on disk before the bytes.</summary>
    private static bool IsOnlyBegun(ReadOnlySpan<byte> bytes)
    {
        var start = bytes[..Math.Min(bytes.Length, RecordFormat.Magic.Length)];
        int written = start.CommonPrefixLength(RecordFormat.Magic);
        return written < RecordFormat.Magic.Length && !start[written..].ContainsAnyExcept((byte)0);
    }

    private static int Read(int number, byte[] bytes, int maximumPayload, Action<JournalRecord> replay)
    {
        int offset = Math.Min(RecordFormat.Magic.Length, bytes.Length);
        if (!bytes.AsSpan(0, offset).SequenceEqual(RecordFormat.Magic[..offset]))
        {
            throw new JournalException($"Segment {number} of the journal has a format that this version does not read. Run the version that wrote it, or begin with an empty folder.");
        }

        while (RecordFormat.TryRead(bytes.AsMemory(offset), maximumPayload, out var state, out long run, out var payload))
        {
            replay(new JournalRecord(state, run, payload, new JournalPosition(number, offset + RecordFormat.HeadLength, payload.Length)));
            offset += RecordFormat.HeadLength + payload.Length;
        }

        return offset;
    }
}
