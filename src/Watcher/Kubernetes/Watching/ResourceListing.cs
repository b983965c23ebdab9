using Provenance.Watcher.Kubernetes.Requests;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>
/// Names everything that exists: by a streamed list (WatchList) where the server has it, else by pages. A watch may run beside it. Every wait
/// for the server ends with the round; the handler is told when the following ends.
/// </summary>
internal sealed class ResourceListing(ApiTransport transport, IObjectHandler handler, FollowOptions options)
{
    private const int Patience = 5;

    private readonly TimeProvider time = transport.Time;
    private readonly PageReader pages = new(transport, options);
    private bool streams = options.StreamLists;

    /// <summary>How often it failed since a list made progress.</summary>
    public int Failures { get; set; }

    /// <summary>Reads how the list begins: enough to know its version, and whether that is all.</summary>
    /// <exception cref="KubernetesApiException">There was no answer, or no list.</exception>
    public Task<ListedPage> BeginAsync(ServedResource served, CancellationToken cancellationToken) =>
        pages.ReadAsync(served, streams ? 1 : null, token: null, cancellationToken);

    /// <summary>Tells the handler that everything is about to be named.</summary>
    public ValueTask StartAsync(ServedResource served, ListCause cause, CancellationToken cancellationToken)
    {
        transport.Observer.Listed(served.Resource.ToString(), cause);
        return handler.ListStartedAsync(served, cause, cancellationToken);
    }

    /// <summary>Names everything, after the start, and tells the handler that this is all.</summary>
    /// <param name="served">What is listed.</param>
    /// <param name="first">How the list begins; it is disposed of.</param>
    /// <param name="round">Ends the waiting for the server.</param>
    /// <param name="cancellationToken">Ends the following.</param>
    /// <returns>The version from which a watch brings everything that the list does not name.</returns>
    /// <exception cref="KubernetesApiException">It must begin anew.</exception>
    public async Task<string> NameAsync(ServedResource served, ListedPage first, CancellationToken round, CancellationToken cancellationToken)
    {
        string? version = null;
        if (streams && first.Parsed.Continue is not null)
        {
            first.Dispose();
            version = await StreamAsync(served, round, cancellationToken).ConfigureAwait(false);
            if (version is null)
            {
                streams = false;
                Failures = 0;
                first = await ReadPageAsync(served, token: null, round).ConfigureAwait(false);
                await StartAsync(served, ListCause.Fallback, cancellationToken).ConfigureAwait(false);
            }
        }

        version ??= await NamePagesAsync(served, first, round, cancellationToken).ConfigureAwait(false);
        await handler.ListCompletedAsync(served, cancellationToken).ConfigureAwait(false);
        Failures = 0;
        return version;
    }

    private async Task<string> NamePagesAsync(ServedResource served, ListedPage first, CancellationToken round, CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(round);
        for (var page = first; ;)
        {
            string version = page.Parsed.ResourceVersion;
            var next = page.Parsed.Continue is { } token ? ReadPageAsync(served, token, reading.Token) : null;
            try
            {
                foreach (var item in page.Parsed.Items)
                {
                    round.ThrowIfCancellationRequested();
                    await handler.ObserveAsync(served, ObjectChange.Listed, page.Bytes[item], cancellationToken).ConfigureAwait(false);
                }
            }
            catch when (next is not null)
            {
                await reading.CancelAsync().ConfigureAwait(false);
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
            finally
            {
                page.Dispose();
            }

            if (next is null)
            {
                return version;
            }

            page = await next.ConfigureAwait(false);
            Failures = 0;
        }
    }

    /// <summary>Reads a page; one that fails is asked for again.</summary>
    private async Task<ListedPage> ReadPageAsync(ServedResource served, string? token, CancellationToken round)
    {
        while (true)
        {
            KubernetesApiException trouble;
            try
            {
                return await pages.ReadAsync(served, limit: null, token, round).ConfigureAwait(false);
            }
            catch (KubernetesApiException e) when (e.Status is not (404 or 410) && ++Failures < Patience | (e.Status is 0 && e.Reason is not ApiFailure.NotUnderstood))
            {
                trouble = e;
            }

            transport.Observer.Trouble(served.Resource.ToString(), trouble.Message);
            await Task.Delay(RetryDelay.After(Failures, options.FirstDelay, options.LongestDelay, trouble.RetryAfter), time, round).ConfigureAwait(false);
        }
    }

    /// <summary>Names everything by a streamed list; null where pages are to be asked for instead.</summary>
    private async Task<string?> StreamAsync(ServedResource served, CancellationToken round, CancellationToken cancellationToken)
    {
        var request = FollowRequests.StreamedList(served, options);
        HttpResponseMessage response;
        try
        {
            response = await transport.SendAsync(request, round).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.Status is >= 400 and < 500 and not (401 or 403 or 404 or 408 or 410 or 429))
        {
            return null;
        }

        using var stream = new WatchStream(request, response, options.MaximumEvent, time);
        while (stream.Waited <= options.StreamedListDeadline && Failures < Patience
            && await NextLineAsync(stream, round).ConfigureAwait(false) is { } line)
        {
            if (line.IsEmpty)
            {
                throw ApiFailure.Malformed(request, "the stream ended before everything was listed");
            }

            round.ThrowIfCancellationRequested();
            var parsed = ChangeEvents.Parse(request, line.Span);
            if (parsed.Kind is WatchEventKind.Error && ApiStatus.Parse(line[parsed.Object]) is { Code: not (410 or 429 or 503 or 504) })
            {
                return null;
            }

            if (parsed.EndsInitialEvents)
            {
                return System.Text.Encoding.UTF8.GetString(line.Span[parsed.ResourceVersion]);
            }

            await ChangeEvents.TellAsync(handler, served, request, line, parsed, ObjectChange.Listed, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private async ValueTask<ReadOnlyMemory<byte>?> NextLineAsync(WatchStream stream, CancellationToken round)
    {
        try
        {
            return await stream.NextAsync(options.StreamedListSilence, round).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.Reason is ApiFailure.TimedOut)
        {
            return null;
        }
    }
}
