using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>Moves a stream into a file in large steps, hashing on the way.</summary>
internal static class StagedFile
{
    // Hashing and writing each small network segment by itself costs twice the time.
    private const int StepSize = 512 * 1024;

    /// <summary>Writes the stream at <paramref name="offset"/> and returns how many bytes it held.</summary>
    /// <param name="handle">The file; null to hash only.</param>
    /// <param name="offset">Where in the file the content goes.</param>
    /// <param name="content">Read to its end.</param>
    /// <param name="maximum">The most bytes to take.</param>
    /// <param name="hash">Fed with exactly what was written; null to write only.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="BlobException">Code <c>SIZE_INVALID</c>: the stream has more bytes than allowed.</exception>
    public static async Task<long> AppendAsync(
        SafeFileHandle? handle, long offset, Stream content, long maximum, IncrementalHash? hash, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(StepSize);
        try
        {
            long total = 0;
            while (true)
            {
                int read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (read > maximum - total)
                {
                    throw new BlobException("SIZE_INVALID", $"The content has more than {maximum} bytes. Send less, or raise the limit.");
                }

                if (handle is not null)
                {
                    RandomAccess.Write(handle, buffer.AsSpan(0, read), offset + total);
                }

                hash?.AppendData(buffer, 0, read);
                total += read;
                if (read < buffer.Length)
                {
                    return total;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
