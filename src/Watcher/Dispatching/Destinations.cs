using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>The registries that have failed at some time, and the runs that wait for them. Not thread-safe.</summary>
internal sealed class Destinations(OutboxOptions options, TimeProvider time)
{
    private readonly Dictionary<string, DestinationBreaker> breakers = new(StringComparer.Ordinal);

    /// <summary>How many runs wait for a registry.</summary>
    public int Waiting => breakers.Values.Sum(static b => b.Waiting);

    /// <summary>The registries that are left alone at the moment.</summary>
    public IReadOnlyList<string> Down => [.. breakers.Values.Where(static b => b.IsOpen).Select(static b => b.Registry)];

    /// <summary>Whether a run may be sent to a registry now; otherwise it waits for it.</summary>
    public bool TryEnter(string registry, LedgerEntry entry) => !breakers.TryGetValue(registry, out var breaker) || breaker.TryEnter(entry);

    /// <summary>A registry has answered.</summary>
    /// <returns>The runs that may go on now; null where it was not left alone.</returns>
    public IReadOnlyList<LedgerEntry>? Succeed(string registry) => breakers.TryGetValue(registry, out var breaker) && breaker.IsOpen ? breaker.Succeed()
        : breaker?.Succeed() is { Count: > 0 } released ? released
        : null;

    /// <summary>A registry has failed.</summary>
    /// <returns>Who tries it next and when, whether it is left alone from now on, and whether the run waits for it.</returns>
    public ((LedgerEntry Probe, long Due)? Next, bool IsNews, bool Waits) Fail(LedgerEntry entry, string registry, TimeSpan? retryAfter)
    {
        if (!breakers.TryGetValue(registry, out var breaker))
        {
            breakers[registry] = breaker = new DestinationBreaker(registry, options, time);
        }

        bool wasOpen = breaker.IsOpen;
        var next = breaker.Fail(entry, retryAfter);
        return (next, !wasOpen && breaker.IsOpen, breaker.IsOpen);
    }

    /// <summary>A run does not go on for now: where it was to try whether a registry is back, another one does.</summary>
    /// <returns>Who tries next, and when.</returns>
    public IReadOnlyList<(LedgerEntry Probe, long Due)> Leave(LedgerEntry entry, string? except)
    {
        var next = new List<(LedgerEntry, long)>();
        foreach (var breaker in breakers.Values)
        {
            if (breaker.Registry != except && breaker.Abandon(entry) is { } probe)
            {
                next.Add(probe);
            }
        }

        return next;
    }
}
