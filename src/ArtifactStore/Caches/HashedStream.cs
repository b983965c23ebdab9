using System.Security.Cryptography;
using Provenance.ArtifactStore.Blobs;

namespace Provenance.ArtifactStore.Caches;

/// <summary>A beginning that was read already and the rest of its stream, hashed and counted as it is read.</summary>
internal sealed class HashedStream(ReadOnlyMemory<byte> beginning, Stream rest, IncrementalHash hash, long maximumSize) : Stream
{
    private ReadOnlyMemory<byte> beginning = beginning;
    private long total;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => total;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        if (beginning.IsEmpty)
        {
            read = await rest.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            read = Math.Min(beginning.Length, buffer.Length);
            beginning[..read].CopyTo(buffer);
            beginning = beginning[read..];
        }

        total += read;
        if (total > maximumSize)
        {
            throw new BlobException("SIZE_INVALID", $"The content has more than {maximumSize} bytes. Send less, or raise the limit.");
        }

        hash.AppendData(buffer.Span[..read]);
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
