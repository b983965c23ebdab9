using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>Reads a large blob's file, verifying what it reads: by its hash the first time, by the sums of its pieces from then on.</summary>
/// <remarks>Reads are synchronous on purpose: on Unix an asynchronous file read is the same call moved to another pool thread.</remarks>
/// <param name="digest">The digest.</param>
/// <param name="handle">The open file.</param>
/// <param name="size">The size the blob has if the file is whole.</param>
/// <param name="known">What was read before.</param>
/// <param name="corrupt">Told when the bytes are found not to hash to the digest.</param>
internal sealed class DiskBlobReader(Digest digest, SafeFileHandle handle, long size, KnownPieces known, Func<ValueTask> corrupt) : IBlobReader
{
    private const int VerifiedFirst = 4 * 1024 * 1024;

    // A receiver that stalls holds as much memory as one write has, for as long as the server waits for that write.
    private const int FlushSize = KnownPieces.Length;
    private const int ScrubSize = 4 * KnownPieces.Length;

    /// <inheritdoc/>
    public Digest Digest => digest;

    /// <inheritdoc/>
    public long Size => size;

    /// <inheritdoc/>
    public async Task CopyToAsync(PipeWriter destination, long offset, long count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Size - offset);
        if (known.Find(digest) is { } sums)
        {
            await CopyKnownAsync(destination, offset, count, sums, cancellationToken).ConfigureAwait(false);
        }
        else if (Size <= VerifiedFirst)
        {
            await CopyKnownAsync(destination, offset, count, await VerifyFirstAsync().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await CopyUnknownAsync(destination, offset, count, cancellationToken).ConfigureAwait(false);
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
        await RequireAsync(Read(content, 0) && digest.Matches(content)).ConfigureAwait(false);
        known.Remember(digest, Sum(content));
        return content;
    }

    /// <summary>Reads all of the blob.</summary>
    /// <exception cref="BlobException">The blob is corrupt.</exception>
    public async Task VerifyAsync(Pace pace, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(digest.Algorithm.HashName);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ScrubSize);
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

    private static PieceSum[] Sum(ReadOnlySpan<byte> content)
    {
        var sums = new PieceSum[KnownPieces.CountOf(content.Length)];
        for (int piece = 0; piece < sums.Length; piece++)
        {
            var rest = content[(piece * KnownPieces.Length)..];
            sums[piece] = PieceSum.Of(rest[..Math.Min(rest.Length, KnownPieces.Length)]);
        }

        return sums;
    }

    private static bool IsKnown(ReadOnlySpan<byte> pieces, long start, PieceSum[] sums)
    {
        int first = (int)(start / KnownPieces.Length);
        for (int piece = 0; piece * KnownPieces.Length < pieces.Length; piece++)
        {
            var rest = pieces[(piece * KnownPieces.Length)..];
            if (PieceSum.Of(rest[..Math.Min(rest.Length, KnownPieces.Length)]) != sums[first + piece])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Every piece is compared with its sum before any byte of it is handed on, be it all wanted or not.</summary>
    private async Task CopyKnownAsync(PipeWriter destination, long offset, long count, PieceSum[] sums, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FlushSize);
        try
        {
            long end = offset + count;
            for (long start = offset - (offset % KnownPieces.Length); start < end; start += FlushSize)
            {
                var pieces = buffer.AsMemory(0, (int)Math.Min(FlushSize, Size - start));

                // Of the last step only the pieces are read that are wanted in part at least.
                int wanted = (int)Math.Min(pieces.Length, KnownPieces.CountOf(end - start) * (long)KnownPieces.Length);
                pieces = pieces[..wanted];
                await RequireAsync(Read(pieces.Span, start) && IsKnown(pieces.Span, start, sums)).ConfigureAwait(false);
                int skipped = (int)Math.Max(0, offset - start);
                var slice = pieces[skipped..(int)Math.Min(pieces.Length, end - start)];
                if ((await destination.WriteAsync(slice, cancellationToken).ConfigureAwait(false)).IsCompleted)
                {
                    return;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A whole read is hashed, and its pieces are known from then on. A part cannot be: the scrubber is there for that.</summary>
    private async Task CopyUnknownAsync(PipeWriter destination, long offset, long count, CancellationToken cancellationToken)
    {
        bool isWhole = count == Size;
        using var hash = isWhole ? IncrementalHash.CreateHash(digest.Algorithm.HashName) : null;
        var sums = isWhole && known.Takes(Size) ? new PieceSum[KnownPieces.CountOf(Size)] : null;
        int unflushed = 0;
        for (long position = offset; position < offset + count;)
        {
            int length = (int)Math.Min(KnownPieces.Length, offset + count - position);
            var memory = destination.GetMemory(length)[..length];
            await RequireAsync(Read(memory.Span, position)).ConfigureAwait(false);
            hash?.AppendData(memory.Span);
            if (sums is not null)
            {
                sums[position / KnownPieces.Length] = PieceSum.Of(memory.Span);
            }

            position += length;

            // The last piece stays here unless the whole is right: a receiver that counts bytes never takes a corrupt blob for complete.
            if (position == offset + count && hash is not null)
            {
                await RequireAsync(Digest.FromHash(digest.Algorithm, hash.GetHashAndReset()) == digest).ConfigureAwait(false);
                if (sums is not null)
                {
                    known.Remember(digest, sums);
                }
            }

            destination.Advance(length);
            unflushed += length;
            if (unflushed >= FlushSize || position == offset + count)
            {
                unflushed = 0;
                if ((await destination.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Verifies the whole before a byte of it is handed on, and keeps its sums, not its bytes: these are read again as they are taken.</summary>
    private async ValueTask<PieceSum[]> VerifyFirstAsync()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Size);
        try
        {
            var content = buffer.AsMemory(0, (int)Size);
            await RequireAsync(Read(content.Span, 0) && digest.Matches(content.Span)).ConfigureAwait(false);
            var sums = Sum(content.Span);
            known.Remember(digest, sums);
            return sums;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool Read(Span<byte> buffer, long position)
    {
        while (buffer.Length > 0)
        {
            int read = RandomAccess.Read(handle, buffer, position);
            if (read == 0)
            {
                return false;
            }

            buffer = buffer[read..];
            position += read;
        }

        return true;
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
