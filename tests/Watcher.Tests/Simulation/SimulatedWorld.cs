namespace Provenance.Watcher.Tests.Simulation;

/// <summary>
/// A world with one clock and one thread: everything that happens is an event at a moment, chosen by a seed. The same seed gives the same
/// world, so that what goes wrong once can be looked at.
/// </summary>
internal sealed class SimulatedWorld(int seed)
{
    private const int KeptLines = 20_000;

    private readonly PriorityQueue<(SimulatedProcess? Owner, Action Action), (long At, int Tie, long Order)> events = new();
    private readonly Queue<string> trace = new();
    private readonly int thread = Environment.CurrentManagedThreadId;
    private long order;

    public static DateTimeOffset Start { get; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public Random Chance { get; } = new(seed);

    /// <summary>The time since the world began.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>What happened to the objects that are named in some problems, and at last.</summary>
    public string TraceOf(string problems)
    {
        string[] named = [.. trace.SelectMany(static l => l.Split([' ', '/'])).Where(static w => w.Contains('-', StringComparison.Ordinal) && char.IsAsciiDigit(w[^1])).Distinct().Where(w => problems.Contains(w + " ", StringComparison.Ordinal))];
        return string.Join(Environment.NewLine, [.. trace.Where(l => named.Any(n => l.Contains(n + " ", StringComparison.Ordinal))).Take(50), "...", .. trace.TakeLast(50)]);
    }

    public bool Percent(double chance) => Chance.NextDouble() * 100 < chance;

    public TimeSpan Between(double fromSeconds, double toSeconds) => TimeSpan.FromSeconds(fromSeconds + (Chance.NextDouble() * (toSeconds - fromSeconds)));

    public void Tell(string line)
    {
        trace.Enqueue($"{Now.TotalSeconds,10:0.000} {line}");
        if (trace.Count > KeptLines)
        {
            trace.Dequeue();
        }
    }

    /// <summary>Lets something happen later; not at all where the process it belongs to has died by then.</summary>
    public void After(TimeSpan delay, SimulatedProcess? owner, Action action) =>
        events.Enqueue((owner, action), ((Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero)).Ticks, Chance.Next(), order++));

    /// <summary>A delay that belongs to a process.</summary>
    public Task DelayAsync(TimeSpan delay, SimulatedProcess owner)
    {
        // Continuations must run within the event.
        var done = new TaskCompletionSource();
        After(delay, owner, done.SetResult);
        return done.Task;
    }

    public void RunUntil(TimeSpan end)
    {
        while (events.TryPeek(out var next, out var key) && key.At <= end.Ticks)
        {
            events.Dequeue();
            if (next.Owner is { IsDead: true })
            {
                continue;
            }

            Now = TimeSpan.FromTicks(key.At);
            if (next.Owner is { } owner && owner.PausedUntil > Now)
            {
                events.Enqueue(next, (owner.PausedUntil.Ticks, key.Tie, key.Order));
                continue;
            }

            next.Action();
        }

        Now = end;
    }

    /// <summary>What runs on another thread cannot be repeated.</summary>
    public void CheckThread()
    {
        if (Environment.CurrentManagedThreadId != thread)
        {
            throw new InvalidOperationException("The simulated engine has left its thread.");
        }
    }
}
