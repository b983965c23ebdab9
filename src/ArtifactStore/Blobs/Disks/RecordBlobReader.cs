using System.Buffers;
using System.IO.Pipelines;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Logs.Segments;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>Reads a small blob out of a segment: one read, one hash, and only then the first byte is given out.</summary>
internal sealed class RecordBlobReader(Digest digest, Segment segment, BlobPlace place, Action<Digest, BlobPlace> corrupt) : IBlobReader
{
    private Segment? entered = segment;

    /// <inheritdoc/>
    public Digest Digest => digest;

    /// <inheritdoc/>
    public long Size => place.Size;

    /// <inheritdoc/>
    public async Task CopyToAsync(PipeWriter destination, long offset, long count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Size - offset);
        if (count == Size)
        {
            Read(destination.GetSpan((int)Size)[..(int)Size]);
            destination.Advance((int)Size);
        }
        else
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Size);
            try
            {
                Read(buffer.AsSpan(0, (int)Size));
                destination.Write(buffer.AsSpan((int)offset, (int)count));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<byte[]> ReadAllAsync(int maximumSize, CancellationToken cancellationToken)
    {
        if (Size > maximumSize)
        {
            throw new BlobException("SIZE_INVALID", $"Blob {digest} has {Size} bytes; at most {maximumSize} are read into memory.");
        }

        byte[] content = new byte[Size];
        Read(content);
        return Task.FromResult(content);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        entered?.Leave();
        entered = null;
    }

    private void Read(Span<byte> content)
    {
        ObjectDisposedException.ThrowIf(entered is null, this);
        if (!entered.TryRead(place.Offset, content) || !digest.Matches(content))
        {
            corrupt(digest, place);
            throw CorruptBlobReader.Fault(digest);
        }
    }
}
