namespace Provenance.Watcher.Tests.Simulation;

/// <summary>A process as the world sees it: it may die or be stopped for a while, and has a clock of its own.</summary>
internal sealed class SimulatedProcess(SimulatedWorld world, string name) : TimeProvider
{
    public string Name { get; } = name;

    public bool IsDead { get; private set; }

    public TimeSpan PausedUntil { get; private set; }

    /// <summary>How far its wall clock is from the world's.</summary>
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Die()
    {
        IsDead = true;
        world.Tell($"{Name} dies");
    }

    public void Pause(TimeSpan time)
    {
        PausedUntil = world.Now + time;
        world.Tell($"{Name} is stopped for {time.TotalSeconds:0} s");
    }

    public override long GetTimestamp() => world.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => SimulatedWorld.Start + world.Now + Skew;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, world, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimulatedProcess process, SimulatedWorld world, Action callback) : ITimer
    {
        private int generation;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int current = ++generation;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                world.After(dueTime, process, () =>
                {
                    if (current == generation)
                    {
                        callback();
                    }
                });
            }

            return true;
        }

        public void Dispose() => generation++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
