using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>Takes runs from the queue as long as there is a place free, and wakes up when the next pause is over.</summary>
/// <param name="options">How many places there are.</param>
/// <param name="work">Works on a run; what it throws is its own affair, but for being stopped.</param>
/// <param name="time">The clock.</param>
internal sealed class DispatchLoop(OutboxOptions options, Func<LedgerEntry, CancellationToken, Task> work, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly DispatchQueue queue = new(options.NewPerBacklog);
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? alarm;
    private int underWay;
    private bool pumping;
    private bool pumpAgain;

    /// <summary>How many runs wait or are worked on.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return queue.Count + underWay;
            }
        }
    }

    /// <summary>Adds runs whose turn comes as soon as there is a place.</summary>
    public void Add(params IEnumerable<LedgerEntry> entries)
    {
        lock (gate)
        {
            foreach (var entry in entries)
            {
                queue.Add(entry);
            }
        }

        Pump();
    }

    /// <summary>Adds a run whose turn comes later, at a timestamp.</summary>
    public void AddLater(LedgerEntry entry, long due)
    {
        lock (gate)
        {
            queue.AddLater(entry, due);
        }

        Pump();
    }

    /// <summary>Stops: what is under way is broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        bool busy;
        await stopping.CancelAsync().ConfigureAwait(false);
        lock (gate)
        {
            queue.Clear();
            busy = underWay > 0;
            alarm?.Dispose();
        }

        if (busy)
        {
            await idle.Task.ConfigureAwait(false);
        }

        stopping.Dispose();
    }

    private void Pump()
    {
        lock (gate)
        {
            if (pumping)
            {
                pumpAgain = true;
                return;
            }

            pumping = true;
        }

        while (TakeNext() is { } entry)
        {
            _ = RunAsync(entry);
        }
    }

    private LedgerEntry? TakeNext()
    {
        lock (gate)
        {
            do
            {
                pumpAgain = false;
                if (!stopping.IsCancellationRequested && underWay < options.Concurrency && queue.TryTake(time.GetTimestamp(), out var entry))
                {
                    underWay++;
                    return entry;
                }
            }
            while (pumpAgain);
            SetAlarm();
            pumping = false;
            return null;
        }
    }

    private void SetAlarm()
    {
        // With no place free, the end of what is under way is what counts.
        if (queue.NextDue is { } due && underWay < options.Concurrency && !stopping.IsCancellationRequested)
        {
            var wait = TimeSpan.FromSeconds(Math.Max(0, due - time.GetTimestamp()) / (double)time.TimestampFrequency) + TimeSpan.FromMilliseconds(1);
            alarm ??= time.CreateTimer(_ => Pump(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            alarm.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task RunAsync(LedgerEntry entry)
    {
        try
        {
            await work(entry, stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The next process goes on with it.
        }

        lock (gate)
        {
            if (--underWay is 0 && stopping.IsCancellationRequested)
            {
                idle.TrySetResult();
            }
        }

        Pump();
    }
}
