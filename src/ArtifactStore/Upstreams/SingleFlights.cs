using System.Collections.Concurrent;

namespace Provenance.ArtifactStore.Upstreams;

/// <summary>
/// Does the same work once for all who ask for it at the same time. It goes on when they leave, since the next one will ask again; how
/// much goes on at a time is bounded.
/// </summary>
internal sealed class SingleFlights(int maximum) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task>> flights = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim room = new(maximum, maximum);
    private readonly CancellationTokenSource end = new();
    private bool isDisposed;

    /// <summary>Waits for the work under this name, and begins it where nobody has.</summary>
    public async Task RunAsync(string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var flight = flights.GetOrAdd(name, static (name, state) => new Lazy<Task>(() => Task.Run(() => state.Self.FlyAsync(name, state.Work))), (Self: this, Work: work));
        await flight.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends all work.</summary>
    public void Dispose()
    {
        // Whoever owns this may be known under two names, and is then disposed of twice.
        if (Interlocked.Exchange(ref isDisposed, true))
        {
            return;
        }

        end.Cancel();
        end.Dispose();
    }

    private async Task FlyAsync(string name, Func<CancellationToken, Task> work)
    {
        try
        {
            await room.WaitAsync(end.Token).ConfigureAwait(false);
            try
            {
                await work(end.Token).ConfigureAwait(false);
            }
            finally
            {
                room.Release();
            }
        }
        finally
        {
            flights.TryRemove(name, out _);
        }
    }
}
