using System.Security.Cryptography;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Streams;

namespace Provenance.ArtifactStore.Caches;

/// <summary>A beginning that was read already and the rest of its stream, hashed and counted as it is read.</summary>
internal sealed class HashedStream(ReadOnlyMemory<byte> beginning, Stream rest, IncrementalHash hash, long maximumSize) : ForwardStream
{
    private ReadOnlyMemory<byte> beginning = beginning;
    private long total;

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
}
