using System.Text.Json;
using Provenance.Watcher.Kubernetes.Requests;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>
/// Follows one resource: lists it, watches it from there, and after every kind of trouble goes on from where it was, or lists anew.
/// </summary>
internal sealed class ResourceFollower(ApiTransport transport, RunResource resource, string? @namespace, IObjectHandler handler, FollowOptions options)
{
    private const int PatienceWithOnePosition = 5;

    private static readonly TimeSpan ShortWatch = TimeSpan.FromSeconds(1);

    private readonly TimeProvider time = transport.Time;
    private readonly GuardedHandler guarded = new(handler);
    private readonly WatchPosition position = new();
    private readonly ListPage page = new();
    private string? token;
    private int pageSize = options.PageSize;
    private int pageBytes = 256 * 1024;
    private bool streams = options.StreamLists;
    private ListCause cause = ListCause.Start;
    private int candidate;
    private int failures;
    private bool isReportedUnserved;

    private ServedResource Served { get => field ??= ServedAs(resource.Versions[candidate]); set; }

    /// <summary>Runs until it is cancelled or the handler fails.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var step = position.IsKnown ? WatchAsync(cancellationToken)
                    : streams ? StreamListAsync(cancellationToken)
                    : ListPageAsync(cancellationToken);
                await step.ConfigureAwait(false);
            }
            catch (KubernetesApiException e) when (!guarded.HasFailed)
            {
                await RecoverAsync(e, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ListPageAsync(CancellationToken cancellationToken)
    {
        var request = FollowRequests.List(Served, pageSize, token);
        using var response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        using var bytes = new PooledBytes(pageBytes, options.MaximumPage);
        if (!await ApiBody.ReadAsync(request, response, bytes, time, cancellationToken).ConfigureAwait(false))
        {
            pageSize = pageSize > 1 ? Math.Max(1, pageSize / 4) : throw ApiFailure.Malformed(request, $"one object has more than {options.MaximumPage} bytes");
            return;
        }

        pageBytes = Math.Max(pageBytes, bytes.Content.Length);
        ParsePage(request, bytes.Content.Span);
        if (token is null)
        {
            await StartListAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var item in page.Items)
        {
            await ObserveAsync(ObjectChange.Listed, bytes.Content[item], cancellationToken).ConfigureAwait(false);
        }

        failures = 0;
        token = page.Continue;
        if (token is null)
        {
            await CompleteListAsync(page.ResourceVersion, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task StreamListAsync(CancellationToken cancellationToken)
    {
        var request = FollowRequests.StreamedList(Served, options);
        HttpResponseMessage response;
        try
        {
            response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.Status is >= 400 and < 500 and not (401 or 403 or 404 or 408 or 410 or 429))
        {
            FallBackToPages();
            return;
        }

        using var stream = new WatchStream(request, response, options.MaximumEvent, time);
        await StartListAsync(cancellationToken).ConfigureAwait(false);
        cause = ListCause.Disconnected;
        while (!position.IsKnown)
        {
            if (stream.Waited > options.StreamedListDeadline || failures >= PatienceWithOnePosition
                || await NextInitialLineAsync(stream, cancellationToken).ConfigureAwait(false) is not { } line)
            {
                FallBackToPages();
                return;
            }

            if (line.IsEmpty)
            {
                throw ApiFailure.Malformed(request, "the stream ended before everything was listed");
            }

            var parsed = ParseLine(request, line.Span);
            if (parsed.Kind is WatchEventKind.Error && ApiStatus.Parse(line[parsed.Object]) is { Code: not (410 or 429 or 503 or 504) })
            {
                FallBackToPages();
                return;
            }

            if (parsed.EndsInitialEvents)
            {
                position.Set(line.Span[parsed.ResourceVersion]);
                await CompleteListAsync(resourceVersion: "", cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await HandleAsync(request, line, parsed, ObjectChange.Listed, cancellationToken).ConfigureAwait(false);
            }
        }

        await ReadChangesAsync(request, stream, cancellationToken).ConfigureAwait(false);
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var request = FollowRequests.Watch(Served, position.ToString(), options);
        var response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        using var stream = new WatchStream(request, response, options.MaximumEvent, time);
        long opened = time.GetTimestamp();
        bool any = await ReadChangesAsync(request, stream, cancellationToken).ConfigureAwait(false);
        if (!any && time.GetElapsedTime(opened) < ShortWatch)
        {
            // An empty watch is normal; a server that ends all of them at once must not be asked in a circle.
            failures++;
            await DelayAsync(asked: null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> ReadChangesAsync(ApiRequest request, WatchStream stream, CancellationToken cancellationToken)
    {
        for (bool any = false; ; any = true)
        {
            var line = await stream.NextAsync(options.WatchSilence, cancellationToken).ConfigureAwait(false);
            if (line.IsEmpty)
            {
                return any;
            }

            var parsed = ParseLine(request, line.Span);
            await HandleAsync(request, line, parsed, ObjectChange.Added, cancellationToken).ConfigureAwait(false);
            position.Set(line.Span[parsed.ResourceVersion]);
            failures = 0;
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>?> NextInitialLineAsync(WatchStream stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.NextAsync(options.StreamedListSilence, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.Reason is ApiFailure.TimedOut)
        {
            return null;
        }
    }

    private ValueTask HandleAsync(ApiRequest request, ReadOnlyMemory<byte> line, WatchLine parsed, ObjectChange added, CancellationToken cancellationToken) => parsed.Kind switch
    {
        WatchEventKind.Added => ObserveAsync(added, line[parsed.Object], cancellationToken),
        WatchEventKind.Modified => ObserveAsync(ObjectChange.Modified, line[parsed.Object], cancellationToken),
        WatchEventKind.Deleted => ObserveAsync(ObjectChange.Deleted, line[parsed.Object], cancellationToken),
        WatchEventKind.Error => throw ApiFailure.Of(request, ApiStatus.Parse(line[parsed.Object])),
        _ => ValueTask.CompletedTask,
    };

    private static WatchLine ParseLine(ApiRequest request, ReadOnlySpan<byte> line)
    {
        try
        {
            return WatchLine.Parse(line);
        }
        catch (JsonException)
        {
            throw ApiFailure.Malformed(request, "a line of the stream is no event");
        }
    }

    private void ParsePage(ApiRequest request, ReadOnlySpan<byte> json)
    {
        try
        {
            page.Parse(json);
        }
        catch (JsonException)
        {
            throw ApiFailure.Malformed(request, "the answer is no list");
        }

        if (page.Continue is not null && page.Continue == token)
        {
            throw ApiFailure.Malformed(request, "the list does not go on");
        }
    }

    private async ValueTask StartListAsync(CancellationToken cancellationToken)
    {
        isReportedUnserved = false;
        transport.Observer.Listed(resource.ToString(), cause);
        await guarded.ListStartedAsync(Served, cause, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask CompleteListAsync(string resourceVersion, CancellationToken cancellationToken)
    {
        await guarded.ListCompletedAsync(Served, cancellationToken).ConfigureAwait(false);
        position.Set(resourceVersion);
        failures = 0;
    }

    private ValueTask ObserveAsync(ObjectChange change, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        guarded.ObserveAsync(Served, change, json, cancellationToken);

    private void FallBackToPages()
    {
        streams = false;
        cause = ListCause.Fallback;
    }

    private async Task RecoverAsync(KubernetesApiException e, CancellationToken cancellationToken)
    {
        if (e.Status is 404)
        {
            ListAnew(position.IsKnown ? ListCause.Disconnected : cause);
            await LookElsewhereAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        failures++;
        if (e.Status is 410)
        {
            ListAnew(ListCause.Expired);
            if (failures is 1)
            {
                return;
            }
        }
        else if (failures >= PatienceWithOnePosition && (e.Status > 0 || e.Reason is ApiFailure.NotUnderstood) && (position.IsKnown || token is not null))
        {
            // The server answers and does not take us from here: it may have been restored from a backup.
            ListAnew(ListCause.Disconnected);
        }

        transport.Observer.Trouble(resource.ToString(), e.Message);
        await DelayAsync(e.RetryAfter, cancellationToken).ConfigureAwait(false);
    }

    private void ListAnew(ListCause why)
    {
        position.Forget();
        token = null;
        cause = why;
    }

    private async Task LookElsewhereAsync(CancellationToken cancellationToken)
    {
        candidate = (candidate + 1) % resource.Versions.Count;
        Served = ServedAs(resource.Versions[candidate]);
        if (candidate > 0)
        {
            return;
        }

        if (!isReportedUnserved)
        {
            isReportedUnserved = true;
            transport.Observer.Unserved(resource.ToString());
        }

        await Task.Delay(options.UnservedDelay, time, cancellationToken).ConfigureAwait(false);
    }

    private ServedResource ServedAs(string version) => new() { Resource = resource, Version = version, Namespace = @namespace };

    private Task DelayAsync(TimeSpan? asked, CancellationToken cancellationToken) =>
        Task.Delay(RetryDelay.After(failures, options.FirstDelay, options.LongestDelay, asked), time, cancellationToken);
}
