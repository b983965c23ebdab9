namespace Provenance.ArtifactStore.Keys;

/// <summary>Bytes that are only ever added, in a few large arrays instead of many small ones. Not thread-safe.</summary>
internal sealed class KeyBytes
{
    private const int SmallestChunk = 256;
    private const int LargestChunk = 1024 * 1024;

    private readonly List<byte[]> chunks = [];
    private int used;

    /// <summary>How many bytes were added.</summary>
    public long Total { get; private set; }

    /// <summary>Adds two runs of bytes, one behind the other, and returns where they are.</summary>
    public long Add(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        int length = first.Length + second.Length;
        if (chunks.Count is 0 || used + length > chunks[^1].Length)
        {
            chunks.Add(new byte[Math.Max(length, (int)Math.Clamp(Total, SmallestChunk, LargestChunk))]);
            used = 0;
        }

        first.CopyTo(chunks[^1].AsSpan(used));
        second.CopyTo(chunks[^1].AsSpan(used + first.Length));
        long position = ((long)(chunks.Count - 1) << 32) | (uint)used;
        used += length;
        Total += length;
        return position;
    }

    /// <summary>Bytes that were added before.</summary>
    public ReadOnlyMemory<byte> Read(long position, int skipped, int length) => chunks[(int)(position >> 32)].AsMemory((int)position + skipped, length);

    /// <summary>Bytes that were added before.</summary>
    public ReadOnlySpan<byte> Span(long position, int length) => chunks[(int)(position >> 32)].AsSpan((int)position, length);
}
