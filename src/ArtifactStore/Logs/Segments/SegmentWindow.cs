using Microsoft.Win32.SafeHandles;

namespace Provenance.ArtifactStore.Logs.Segments;

/// <summary>Reads a file from front to back in large steps, giving out any run of bytes.</summary>
internal sealed class SegmentWindow(SafeFileHandle file, long limit)
{
    private const int StepSize = 1024 * 1024;

    private byte[] buffer = new byte[StepSize];
    private long start;
    private int length;

    /// <summary>Where the file is taken to end.</summary>
    public long Limit { get; } = limit;

    /// <summary>How many bytes were read from the disk.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The bytes at an offset: as many as were asked for, or as there are before the end.</summary>
    public ReadOnlySpan<byte> Read(long offset, int count)
    {
        count = (int)Math.Clamp(Limit - offset, 0, count);
        if (offset < start || offset + count > start + length)
        {
            Fill(offset, count);
        }

        int available = (int)Math.Clamp(start + length - offset, 0, count);
        return buffer.AsSpan((int)(offset - start), available);
    }

    private void Fill(long offset, int count)
    {
        if (count > buffer.Length)
        {
            buffer = new byte[count];
        }

        start = offset;
        length = 0;
        int wanted = (int)Math.Min(buffer.Length, Limit - offset);
        while (length < wanted)
        {
            int read = RandomAccess.Read(file, buffer.AsSpan(length, wanted - length), offset + length);
            if (read is 0)
            {
                break;
            }

            length += read;
        }

        BytesRead += length;
    }
}
