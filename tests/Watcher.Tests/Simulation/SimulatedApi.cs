using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>An API server as one process sees it: lists, watches, breaks, expired versions, events twice and old events again.</summary>
internal sealed class SimulatedApi(SimulatedWorld world, SimulatedCluster cluster, SimulatedProcess process) : IKubernetesApi
{
    /// <summary>Is told that an object's state has been handled.</summary>
    public Action<string, byte[]>? Handled { get; set; }

    public async Task FollowAsync(RunResource resource, string? @namespace, IObjectHandler handler, CancellationToken cancellationToken)
    {
        var collection = cluster.Of(resource.Plural);
        var served = new ServedResource { Resource = resource, Version = resource.Versions[0] };
        var cause = ListCause.Start;
        int position = 0;
        List<KeyValuePair<string, byte[]>> objects = [];
        while (true)
        {
            await PauseAsync(0.001, 0.5).ConfigureAwait(false);
            if (cluster.IsDown)
            {
                continue;
            }

            position = collection.Changes.Count;
            objects = [.. collection.Objects];
            await handler.ListStartedAsync(served, cause, cancellationToken).ConfigureAwait(false);
            if (await ListAsync().ConfigureAwait(false))
            {
                await handler.ListCompletedAsync(served, cancellationToken).ConfigureAwait(false);
                await WatchAsync().ConfigureAwait(false);
                cause = ListCause.Expired;
            }
            else
            {
                cause = ListCause.Disconnected;
            }
        }

        async Task<bool> ListAsync()
        {
            foreach (var (uid, json) in objects)
            {
                await PauseAsync(0, 0.01).ConfigureAwait(false);
                if (cluster.IsDown || world.Percent(cluster.Unrest / 4))
                {
                    return false;
                }

                while (position < collection.Changes.Count && world.Percent(50))
                {
                    // The watch runs beside the list, and may be ahead of it.
                    var told = collection.Changes[position++];
                    await HandAsync(told.Change, told.Uid, told.Json).ConfigureAwait(false);
                }

                await HandAsync(ObjectChange.Listed, uid, json).ConfigureAwait(false);
            }

            return true;
        }

        async Task WatchAsync()
        {
            while (true)
            {
                await PauseAsync(0.001, 0.1).ConfigureAwait(false);
                if (cluster.IsDown || world.Percent(cluster.Unrest / 100))
                {
                    await PauseAsync(0.8, 20).ConfigureAwait(false);
                    if (world.Percent(20))
                    {
                        world.Tell($"{process.Name} {resource.Plural} expired at {position} of {collection.Changes.Count}");
                        return;
                    }

                    continue;
                }

                if (position == collection.Changes.Count)
                {
                    await PauseAsync(0.05, 2).ConfigureAwait(false);
                    continue;
                }

                int taken = position++;
                if (world.Percent(cluster.Unrest))
                {
                    // Out of order, or an old state again.
                    int other = Math.Clamp(taken + world.Chance.Next(-8, 3), 0, collection.Changes.Count - 1);
                    await HandAsync(collection.Changes[other].Change, collection.Changes[other].Uid, collection.Changes[other].Json).ConfigureAwait(false);
                }

                var (change, uid, json) = collection.Changes[taken];
                await HandAsync(change, uid, json).ConfigureAwait(false);
                if (world.Percent(cluster.Unrest))
                {
                    await HandAsync(change, uid, json).ConfigureAwait(false);
                }
            }
        }

        async Task HandAsync(ObjectChange change, string uid, byte[] json)
        {
            world.CheckThread();
            world.Tell($"{process.Name} sees {resource.Plural} {uid} {change}");
            await handler.ObserveAsync(served, change, json, cancellationToken).ConfigureAwait(false);
            Handled?.Invoke(uid, json);
        }
    }

    public Task<byte[]?> GetAsync(ObjectAddress address, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<byte[]> CreateAsync(ObjectAddress collection, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<byte[]> ReplaceAsync(ObjectAddress address, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<byte[]?> MergePatchAsync(ObjectAddress address, ReadOnlyMemory<byte> patch, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<byte[]?> ApplyAsync(ObjectAddress address, string fieldManager, bool force, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => throw new NotSupportedException();

    private Task PauseAsync(double from, double to) => world.DelayAsync(world.Between(from, to), process);
}
