using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>Reads a large blob's file, hashing what it reads.</summary>
/// <remarks>Reads are synchronous on purpose: on Unix an asynchronous file read is the same call moved to another pool thread.</remarks>
/// <param name="digest">The digest.</param>
/// <param name="handle">The open file.</param>
/// <param name="size">The size the blob has if the file is whole.</param>
/// <param name="corrupt">Told when the bytes are found not to hash to the digest.</param>
internal sealed class DiskBlobReader(Digest digest, SafeFileHandle handle, long size, Func<ValueTask> corrupt) : IBlobReader
{
    private const int VerifiedFirst = 4 * 1024 * 1024;
    private const int ReadSize = 64 * 1024;
    private const int FlushSize = 256 * 1024;

    /// <inheritdoc/>
    public Digest Digest => digest;

    /// <inheritdoc/>
    public long Size => size;

    /// <inheritdoc/>
    public async Task CopyToAsync(PipeWriter destination, long offset, long count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Size - offset);
        if (Size <= VerifiedFirst)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Size);
            try
            {
                await RequireAsync(Fill(buffer.AsSpan(0, (int)Size))).ConfigureAwait(false);
                await destination.WriteAsync(buffer.AsMemory((int)offset, (int)count), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        else
        {
            using var hash = count == Size ? IncrementalHash.CreateHash(digest.Algorithm.HashName) : null;
            await StreamAsync(destination, offset, count, hash, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadAllAsync(int maximumSize, CancellationToken cancellationToken)
    {
        if (Size > maximumSize)
        {
            throw new BlobException("SIZE_INVALID", $"Blob {digest} has {Size} bytes; at most {maximumSize} are read into memory.");
        }

        byte[] content = new byte[Size];
        await RequireAsync(Fill(content)).ConfigureAwait(false);
        return content;
    }

    /// <summary>Reads all of the blob.</summary>
    /// <exception cref="BlobException">The blob is corrupt.</exception>
    public async Task VerifyAsync(Pace pace, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(digest.Algorithm.HashName);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FlushSize);
        try
        {
            int read;
            for (long position = 0; (read = RandomAccess.Read(handle, buffer, position)) > 0; position += read)
            {
                hash.AppendData(buffer, 0, read);
                await pace.SpendAsync(read, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        await RequireAsync(Digest.FromHash(digest.Algorithm, hash.GetHashAndReset()) == digest).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private async Task StreamAsync(PipeWriter destination, long offset, long count, IncrementalHash? hash, CancellationToken cancellationToken)
    {
        long remaining = count;
        int unflushed = 0;
        while (remaining > 0)
        {
            var memory = destination.GetMemory(ReadSize);
            memory = memory[..(int)Math.Min(memory.Length, remaining)];
            int read = RandomAccess.Read(handle, memory.Span, offset);
            await RequireAsync(read > 0).ConfigureAwait(false);
            hash?.AppendData(memory.Span[..read]);
            offset += read;
            remaining -= read;

            // The last piece stays here unless the whole is right: a receiver that counts bytes never takes a corrupt blob for complete.
            if (remaining == 0 && hash is not null)
            {
                await RequireAsync(Digest.FromHash(digest.Algorithm, hash.GetHashAndReset()) == digest).ConfigureAwait(false);
            }

            destination.Advance(read);
            unflushed += read;
            if (unflushed >= FlushSize || remaining == 0)
            {
                unflushed = 0;
                if ((await destination.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted)
                {
                    return;
                }
            }
        }
    }

    private bool Fill(Span<byte> buffer)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int read = RandomAccess.Read(handle, buffer[filled..], filled);
            if (read is 0)
            {
                return false;
            }

            filled += read;
        }

        return digest.Matches(buffer);
    }

    private async ValueTask RequireAsync(bool isIntact)
    {
        if (!isIntact)
        {
            await corrupt().ConfigureAwait(false);
            throw CorruptBlobReader.Fault(digest);
        }
    }
}
