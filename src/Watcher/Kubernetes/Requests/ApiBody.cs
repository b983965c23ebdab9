namespace Provenance.Watcher.Kubernetes.Requests;

/// <summary>Reads the body of an answer to its end; it may not pause for longer than the request's patience.</summary>
internal static class ApiBody
{
    private const int MaximumObject = 32 * 1024 * 1024;

    /// <summary>Reads one object.</summary>
    /// <exception cref="KubernetesApiException">The answer broke off, stalled or is too large.</exception>
    public static async Task<byte[]> ReadObjectAsync(ApiRequest request, HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        using var bytes = new PooledBytes(16 * 1024, MaximumObject);
        if (!await ReadAsync(request, response, bytes, time, cancellationToken).ConfigureAwait(false))
        {
            throw ApiFailure.Malformed(request, $"the answer has more than {MaximumObject} bytes");
        }

        return bytes.Content.ToArray();
    }

    /// <summary>Reads everything; false where it is more than the buffer takes.</summary>
    /// <exception cref="KubernetesApiException">The answer broke off or stalled.</exception>
    public static async Task<bool> ReadAsync(ApiRequest request, HttpResponseMessage response, PooledBytes bytes, TimeProvider time, CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(request.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            while (await bytes.FillAsync(stream, either.Token).ConfigureAwait(false) > 0)
            {
                idle.CancelAfter(request.Patience);
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ApiFailure.Timeout(request, request.Patience);
        }
        catch (InvalidDataException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw ApiFailure.Of(request, e);
        }
    }
}
