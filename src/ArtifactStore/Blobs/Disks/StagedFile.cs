using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Provenance.ArtifactStore.Folders;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>Moves a stream into a file in large steps. While one step is hashed and written, the next is received.</summary>
internal static class StagedFile
{
    // Hashing and writing each small network segment by itself costs twice the time.
    private const int StepSize = 1024 * 1024;

    /// <summary>Writes the stream at <paramref name="offset"/> and returns how many bytes there were in all.</summary>
    /// <param name="disk">Writes the file.</param>
    /// <param name="file">The file; null to hash only.</param>
    /// <param name="offset">Where in the file the content goes.</param>
    /// <param name="first">What comes before the stream: bytes of it that were read already.</param>
    /// <param name="content">Read to its end.</param>
    /// <param name="maximum">The most bytes to take.</param>
    /// <param name="hash">Fed with exactly what was written; null to write only.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="BlobException">Code <c>SIZE_INVALID</c>: the stream has more bytes than allowed.</exception>
    public static async Task<long> AppendAsync(
        IDisk disk,
        SafeFileHandle? file,
        long offset,
        ReadOnlyMemory<byte> first,
        Stream content,
        long maximum,
        IncrementalHash? hash,
        CancellationToken cancellationToken)
    {
        RequireSize(first.Length, maximum);
        if (first.Length > 0)
        {
            Store(disk, file, first.Span, offset, hash);
        }

        byte[] received = ArrayPool<byte>.Shared.Rent(StepSize);
        byte[] stored = ArrayPool<byte>.Shared.Rent(StepSize);
        var storing = Task.CompletedTask;
        try
        {
            long total = first.Length;
            while (true)
            {
                int read = await content.ReadAtLeastAsync(received.AsMemory(0, StepSize), StepSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                RequireSize(total + read, maximum);
                await storing.ConfigureAwait(false);
                (received, stored) = (stored, received);
                long position = offset + total;
                total += read;
                if (read < StepSize)
                {
                    Store(disk, file, stored.AsSpan(0, read), position, hash);
                    return total;
                }

                byte[] step = stored;
                storing = Task.Run(() => Store(disk, file, step.AsSpan(0, StepSize), position, hash), CancellationToken.None);
            }
        }
        finally
        {
            // The buffers go back only when nobody reads them any more; a fault of the last step has been thrown, or another came first.
            await storing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(received);
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    /// <summary>Refuses content that is too large.</summary>
    public static void RequireSize(long size, long maximum)
    {
        if (size > maximum)
        {
            throw new BlobException("SIZE_INVALID", $"The content has more than {maximum} bytes. Send less, or raise the limit.");
        }
    }

    private static void Store(IDisk disk, SafeFileHandle? file, ReadOnlySpan<byte> step, long offset, IncrementalHash? hash)
    {
        hash?.AppendData(step);
        if (file is not null)
        {
            disk.Write(file, step, offset);
            disk.Hurry(file, offset, step.Length);
        }
    }
}
