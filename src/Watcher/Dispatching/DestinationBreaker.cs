using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>
/// Leaves a registry alone that fails again and again: runs wait, and one at a time tries whether it is back. Not thread-safe.
/// </summary>
internal sealed class DestinationBreaker(string registry, OutboxOptions options, TimeProvider time)
{
    private readonly Queue<LedgerEntry> waiting = new();
    private int failures;
    private TimeSpan pause;
    private LedgerEntry? probe;

    /// <summary>The registry, <c>host[:port]</c>.</summary>
    public string Registry { get; } = registry;

    /// <summary>Whether the registry is left alone.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>How many runs wait for it.</summary>
    public int Waiting => waiting.Count;

    /// <summary>Whether a run may be tried now; otherwise it waits here.</summary>
    public bool TryEnter(LedgerEntry entry)
    {
        if (!IsOpen || ReferenceEquals(entry, probe))
        {
            return true;
        }

        waiting.Enqueue(entry);
        return false;
    }

    /// <summary>A request was answered as it should be, or refused for a reason that lies with the run.</summary>
    /// <returns>The runs that may go on now.</returns>
    public IReadOnlyList<LedgerEntry> Succeed()
    {
        failures = 0;
        if (!IsOpen)
        {
            return [];
        }

        IsOpen = false;
        probe = null;
        var released = waiting.ToArray();
        waiting.Clear();
        return released;
    }

    /// <summary>A request failed in a way that may pass.</summary>
    /// <returns>The run that tries again and when, as a timestamp; null where the run waits here or the registry is not left alone yet.</returns>
    public (LedgerEntry Probe, long Due)? Fail(LedgerEntry entry, TimeSpan? retryAfter)
    {
        failures++;
        if (!IsOpen)
        {
            if (failures < options.FailuresBeforePause && retryAfter is null)
            {
                return null;
            }

            IsOpen = true;
            pause = options.FirstPause;
            return Probe(entry, retryAfter);
        }

        if (ReferenceEquals(entry, probe))
        {
            pause = pause * 2 < options.LongestPause ? pause * 2 : options.LongestPause;
            return Probe(entry, retryAfter);
        }

        waiting.Enqueue(entry);
        return null;
    }

    /// <summary>The run that was to try belongs to somebody else now: another one tries.</summary>
    public (LedgerEntry Probe, long Due)? Abandon(LedgerEntry entry)
    {
        if (!ReferenceEquals(entry, probe))
        {
            return null;
        }

        probe = null;
        if (waiting.TryDequeue(out var next))
        {
            return Probe(next, null);
        }

        IsOpen = false;
        failures = 0;
        return null;
    }

    private (LedgerEntry Probe, long Due) Probe(LedgerEntry entry, TimeSpan? retryAfter)
    {
        probe = entry;
        var wait = retryAfter > pause ? retryAfter.Value : pause;
        wait += wait * (options.Chance.NextDouble() / 4);
        return (entry, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
    }
}
