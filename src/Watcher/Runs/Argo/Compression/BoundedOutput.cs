namespace Provenance.Watcher.Runs.Argo.Compression;

/// <summary>What was decompressed so far, up to a limit: it grows with what was really produced, never with what a header announces.</summary>
internal sealed class BoundedOutput(int limit)
{
    private const int FirstSize = 64 * 1024;

    private byte[] bytes = new byte[Math.Min(limit, FirstSize)];

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Length);

    /// <summary>Room for bytes that are about to be written.</summary>
    /// <exception cref="InvalidDataException">The limit is exceeded.</exception>
    public Span<byte> Extend(int count)
    {
        if (count > limit - Length)
        {
            throw new InvalidDataException($"it holds more than {limit} bytes");
        }

        if (count > bytes.Length - Length)
        {
            Array.Resize(ref bytes, (int)Math.Min(limit, Math.Max(Length + (long)count, 2L * bytes.Length)));
        }

        var room = bytes.AsSpan(Length, count);
        Length += count;
        return room;
    }

    /// <summary>Repeats bytes that were written before; they may overlap with those that are made.</summary>
    /// <exception cref="InvalidDataException">They lie before <paramref name="start"/>, or the limit is exceeded.</exception>
    public void Repeat(long offset, int count, int start)
    {
        if (offset < 1 || offset > Length - start)
        {
            throw new InvalidDataException("a match lies outside of what was written");
        }

        int from = Length - (int)offset;
        var made = Extend(count);
        if (offset >= count)
        {
            bytes.AsSpan(from, count).CopyTo(made);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            made[i] = bytes[from + i];
        }
    }
}
