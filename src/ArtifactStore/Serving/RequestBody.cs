using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Streams;

namespace Provenance.ArtifactStore.Serving;

/// <summary>
/// The body of a request, whose faults are the client's. The server reports some of them, such as a chunk size that is no number, as a bare
/// <see cref="IOException"/>, which could not be told from a fault of the disk that the body is written to.
/// </summary>
internal sealed class RequestBody(Stream body) : ForwardStream
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException fault) when (fault is not (BadHttpRequestException or ConnectionResetException))
        {
            throw new BadHttpRequestException("The body of the request is malformed.", fault);
        }
    }
}
