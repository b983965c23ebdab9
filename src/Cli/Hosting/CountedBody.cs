using Provenance.ArtifactStore.Streams;

namespace Provenance.Cli.Hosting;

/// <summary>Counts the bytes of a request body whose length was not announced.</summary>
internal sealed class CountedBody(Stream inner) : ForwardStream
{
    public long Count { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken);
        Count += read;
        return read;
    }
}
