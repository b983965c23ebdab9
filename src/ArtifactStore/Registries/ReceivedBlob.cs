using Provenance.ArtifactStore.Streams;

namespace Provenance.ArtifactStore.Registries;

/// <summary>
/// A blob as a registry sends it: bounded in size and in time, and not yet hashed. Every fault of the registry or of the way to it is a
/// <see cref="RegistryException"/>.
/// </summary>
internal sealed class ReceivedBlob : ForwardStream
{
    private const int SlowestBytesPerSecond = 64 * 1024;

    private readonly RegistryHost host;
    private readonly RegistryRequest request;
    private readonly HttpResponseMessage response;
    private readonly Stream content;
    private readonly TimeSpan patience;
    private readonly TimeProvider time;
    private readonly long start;
    private long received;

    private ReceivedBlob(RegistryHost host, RegistryRequest request, HttpResponseMessage response, Stream content, TimeSpan patience, TimeProvider time)
    {
        this.host = host;
        this.request = request;
        this.response = response;
        this.content = content;
        this.patience = patience;
        this.time = time;
        start = time.GetTimestamp();
    }

    /// <summary>Takes over an answer, which is disposed of with this stream.</summary>
    /// <param name="host">The registry.</param>
    /// <param name="request">What was asked for, with the limit of the answer's size.</param>
    /// <param name="response">The answer, whose body nobody has read.</param>
    /// <param name="patience">How much longer the answer may take than 64 KiB/s would.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<ReceivedBlob> OpenAsync(
        RegistryHost host, RegistryRequest request, HttpResponseMessage response, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > request.MaximumSize)
        {
            throw TooLarge(host, request);
        }

        return new ReceivedBlob(host, request, response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), patience, time);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var left = patience + TimeSpan.FromSeconds((double)received / SlowestBytesPerSecond) - time.GetElapsedTime(start);
        using var timeout = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            int read = await content.ReadAsync(buffer, both.Token).ConfigureAwait(false);
            received += read;
            return received <= request.MaximumSize ? read : throw TooLarge(host, request);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw host.Fault(
                "UNAVAILABLE", $"Cannot {request.Purpose}: registry {host.Name} sends too slowly ({received} bytes so far). Try again later.", isTransient: true, exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw host.Fault(
                "UNAVAILABLE", $"Cannot {request.Purpose}: registry {host.Name} breaks off after {received} bytes. Try again later.", isTransient: true, exception);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
        }

        base.Dispose(disposing);
    }

    private static RegistryException TooLarge(RegistryHost host, RegistryRequest request) =>
        host.Fault("LIMIT", $"Cannot {request.Purpose}: registry {host.Name} sends more than the {request.MaximumSize} bytes that a blob may have here.");
}
