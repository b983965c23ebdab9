using Provenance.Watcher.Kubernetes.Requests;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>Cuts the body of a watch into its lines, whatever the pieces in which they arrive.</summary>
internal sealed class WatchStream(ApiRequest request, HttpResponseMessage response, int maximumEvent, TimeProvider time) : IDisposable
{
    private readonly PooledBytes bytes = new(64 * 1024, maximumEvent);
    private readonly CancellationTokenSource silent = new(Timeout.InfiniteTimeSpan, time);
    private int given;
    private int scanned;

    /// <summary>How long the server was waited for in all.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Whether no line has begun that has not been given: what the server sent so far makes sense without more.</summary>
    public bool IsBetweenLines => bytes.Content.Length == given;

    /// <summary>The next line, valid until the next call; empty at the end of the stream, where a line that was cut is dropped.</summary>
    /// <exception cref="KubernetesApiException">The stream broke off, was silent for too long, or has a line that is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> NextAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        bytes.Take(given);
        given = 0;
        while (true)
        {
            int end = bytes.Content.Span[scanned..].IndexOf((byte)'\n');
            if (end < 0)
            {
                scanned = bytes.Content.Length;
                if (!await FillAsync(silence, cancellationToken).ConfigureAwait(false))
                {
                    return default;
                }

                continue;
            }

            int length = scanned + end;
            scanned = 0;
            if (bytes.Content.Span[..length].IndexOfAnyExcept(" \r\t"u8) < 0)
            {
                bytes.Take(length + 1);
                continue;
            }

            given = length + 1;
            return bytes.Content[..length];
        }
    }

    public void Dispose()
    {
        response.Dispose();
        silent.Dispose();
        bytes.Dispose();
    }

    private async ValueTask<bool> FillAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        silent.CancelAfter(silence);
        using var registration = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), silent);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(silent.Token).ConfigureAwait(false);
            return await bytes.FillAsync(stream, silent.Token).ConfigureAwait(false) > 0;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ApiFailure.Timeout(request, silence);
        }
        catch (InvalidDataException)
        {
            throw ApiFailure.Malformed(request, $"an event has more than {maximumEvent} bytes");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw ApiFailure.Of(request, e);
        }
        finally
        {
            // While the handler works, the server is not the one who is waited for.
            silent.CancelAfter(Timeout.InfiniteTimeSpan);
            Waited += time.GetElapsedTime(began);
        }
    }
}
