using Provenance.Watcher.Kubernetes.Requests;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>
/// Follows one resource: reads how its list begins, watches it from that version at once, and names the rest of the list beside the watch, so
/// that no change waits for a long list. After every kind of trouble it goes on from where it was, or begins anew.
/// </summary>
internal sealed class ResourceFollower : IDisposable
{
    private const int PatienceWithOnePosition = 5;
    private const int PatienceWithOneVersion = 5;

    private static readonly TimeSpan ShortWatch = TimeSpan.FromSeconds(1);

    private readonly ApiTransport transport;
    private readonly RunResource resource;
    private readonly string? @namespace;
    private readonly FollowOptions options;
    private readonly TimeProvider time;
    private readonly OrderedHandler handler;
    private readonly ResourceListing listing;
    private readonly WatchPosition position = new();
    private CancellationTokenSource round = new();
    private Task beside = Task.CompletedTask;
    private ListCause cause = ListCause.Start;
    private bool watchesFirst = true;
    private int candidate;
    private int failures;
    private bool wasServed;
    private int misses;
    private bool isReportedUnserved;

    public ResourceFollower(ApiTransport transport, RunResource resource, string? @namespace, IObjectHandler handler, FollowOptions options)
    {
        (this.transport, this.resource, this.@namespace, this.options, time) = (transport, resource, @namespace, options, transport.Time);
        this.handler = new OrderedHandler(handler);
        listing = new ResourceListing(transport, this.handler, options);
    }

    private ServedResource Served { get => field ??= ServedAs(resource.Versions[candidate]); set; }

    /// <summary>Runs until it is cancelled or the handler fails.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    await (position.IsKnown ? WatchAsync(cancellationToken) : ListAsync(cancellationToken)).ConfigureAwait(false);
                }
                catch (KubernetesApiException e) when (!handler.HasFailed)
                {
                    await RecoverAsync(e, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await EndRoundAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => round.Dispose();

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        round.Dispose();
        round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await listing.BeginAsync(Served, cancellationToken).ConfigureAwait(false);
        (wasServed, misses, isReportedUnserved) = (true, 0, false);
        string version = first.Parsed.ResourceVersion;
        bool isLong = first.Parsed.Continue is not null;
        failures = isLong && cause is ListCause.Expired ? failures : 0;
        await listing.StartAsync(Served, cause, cancellationToken).ConfigureAwait(false);
        cause = ListCause.Disconnected;
        var served = Served;
        if (isLong && watchesFirst)
        {
            beside = Task.Run(() => NameBesideAsync(served, first, round, cancellationToken), CancellationToken.None);
            position.Set(version);
            return;
        }

        var naming = listing.NameAsync(served, first, round.Token, cancellationToken);
        beside = naming;
        position.Set(await naming.ConfigureAwait(false));
        watchesFirst = true;
    }

    private async Task NameBesideAsync(ServedResource served, ListedPage first, CancellationTokenSource ending, CancellationToken cancellationToken)
    {
        try
        {
            await listing.NameAsync(served, first, ending.Token, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // The watch is worth nothing without the list.
            await ending.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var request = FollowRequests.Watch(Served, position.ToString(), options);
            var response = await transport.SendAsync(request, round.Token).ConfigureAwait(false);
            using var stream = new WatchStream(request, response, options.MaximumEvent, time);
            long opened = time.GetTimestamp();
            bool any = await ReadChangesAsync(request, stream, cancellationToken).ConfigureAwait(false);
            if (!any && time.GetElapsedTime(opened) < ShortWatch)
            {
                // An empty watch is normal; a server that ends all of them at once must not be asked in a circle.
                failures++;
                await DelayAsync(failures, asked: null, round.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The list ended the round: its failure is what is to be recovered from.
            await beside.ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> ReadChangesAsync(ApiRequest request, WatchStream stream, CancellationToken cancellationToken)
    {
        for (bool any = false; ; any = true)
        {
            ReadOnlyMemory<byte> line;
            try
            {
                line = await stream.NextAsync(options.WatchSilence, round.Token).ConfigureAwait(false);
            }
            catch (KubernetesApiException e) when (e.Reason is ApiFailure.TimedOut && stream.IsBetweenLines)
            {
                // Where nothing happens and no bookmarks are sent, silence is all there is. Whether the server is still there is seen by
                // asking it to go on from here, which costs one request.
                return any;
            }

            if (line.IsEmpty)
            {
                return any;
            }

            var parsed = ChangeEvents.Parse(request, line.Span);
            await ChangeEvents.TellAsync(handler, Served, request, line, parsed, ObjectChange.Added, cancellationToken).ConfigureAwait(false);
            position.Set(line.Span[parsed.ResourceVersion]);
            failures = 0;
        }
    }

    private async Task RecoverAsync(KubernetesApiException e, CancellationToken cancellationToken)
    {
        if (e.Status is 404)
        {
            await ListAnewAsync(cause).ConfigureAwait(false);
            wasServed &= ++misses <= PatienceWithOneVersion;
            if (wasServed)
            {
                // A server that was just started does not know its custom resources yet.
                transport.Observer.Trouble(resource.ToString(), e.Message);
                await DelayAsync(misses, e.RetryAfter, cancellationToken).ConfigureAwait(false);
                return;
            }

            await LookElsewhereAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        int count;
        if (beside.IsFaulted)
        {
            count = ++listing.Failures;
            await ListAnewAsync(e.Status is 410 ? ListCause.Expired : cause).ConfigureAwait(false);
        }
        else
        {
            // A version that expires after a list that was completed is no failure in a row.
            failures = e.Status is 410 && position.IsKnown && beside.IsCompletedSuccessfully ? 1 : failures + 1;
            count = failures;
            if (e.Status is 410)
            {
                // A server that forgets faster than it lists is listed to the end first.
                watchesFirst = count is 1 || beside.IsCompleted;
                await ListAnewAsync(ListCause.Expired).ConfigureAwait(false);
            }
            else if (count >= PatienceWithOnePosition && (e.Status > 0 || e.Reason is ApiFailure.NotUnderstood) && position.IsKnown && beside.IsCompleted)
            {
                // The server answers and does not take us from here: it may have been restored from a backup.
                await ListAnewAsync(cause).ConfigureAwait(false);
            }
        }

        if (e.Status is not 410 || count > 1)
        {
            transport.Observer.Trouble(resource.ToString(), e.Message);
            await DelayAsync(count, e.RetryAfter, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ListAnewAsync(ListCause why)
    {
        await EndRoundAsync().ConfigureAwait(false);
        position.Forget();
        cause = why;
    }

    /// <summary>Lets the list that is under way end; what it threw was seen, or does not matter any more.</summary>
    private async Task EndRoundAsync()
    {
        await round.CancelAsync().ConfigureAwait(false);
        await beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        beside = Task.CompletedTask;
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

    private Task DelayAsync(int count, TimeSpan? asked, CancellationToken cancellationToken) =>
        Task.Delay(RetryDelay.After(count, options.FirstDelay, options.LongestDelay, asked), time, cancellationToken);
}
