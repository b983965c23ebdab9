namespace Provenance.Testing;

/// <summary>
/// A clock that stands still until it is moved. What waits for a moment goes on within the call that reaches it, on the same thread, as
/// long as it waits for nothing else: such tests run the same way every time.
/// </summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private long now;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How far the clock has moved on.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Interlocked.Read(ref now));

    /// <summary>The delays of the timers that run, the shortest first.</summary>
    public IReadOnlyList<TimeSpan> Pending
    {
        get
        {
            lock (gate)
            {
                return [.. timers.Select(t => TimeSpan.FromTicks(t.Due - now)).Order()];
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => SkippingTime.Start + Elapsed;

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref now);

    /// <summary>Moves the clock on without letting any timer fire, as if the process had been stopped; they fire with the next move.</summary>
    public void Jump(TimeSpan time) => Interlocked.Add(ref now, time.Ticks);

    /// <summary>Moves the clock on and lets the timers fire in their order.</summary>
    public void Advance(TimeSpan time)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            long end = GetTimestamp() + time.Ticks;
            while (NextUntil(end) is { } timer)
            {
                timer.Fire();
            }

            Interlocked.Exchange(ref now, end);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? NextUntil(long end)
    {
        lock (gate)
        {
            var timer = timers.Where(t => t.Due <= end).MinBy(static t => t.Due);
            if (timer is not null)
            {
                timers.Remove(timer);
                now = Math.Max(now, timer.Due);
            }

            return timer;
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time.now + dueTime.Ticks;
                    time.timers.Add(this);
                }

                return true;
            }
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
