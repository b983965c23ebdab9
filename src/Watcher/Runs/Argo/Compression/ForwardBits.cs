namespace Provenance.Watcher.Runs.Argo.Compression;

/// <summary>Reads bits from the start, the lowest bit of each byte first, as table descriptions are written (RFC 8878, 4.1.1).</summary>
internal ref struct ForwardBits(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int position;

    /// <summary>How many bytes were begun.</summary>
    public readonly int BytesRead => (position + 7) / 8;

    /// <summary>Reads bits, at most 16.</summary>
    /// <exception cref="InvalidDataException">There are not so many.</exception>
    public int Read(int count)
    {
        if (position + count > bytes.Length * 8)
        {
            throw new InvalidDataException("a table description is cut off");
        }

        int value = 0;
        for (int i = 0; i < count; i++, position++)
        {
            value |= ((bytes[position / 8] >> (position % 8)) & 1) << i;
        }

        return value;
    }
}
