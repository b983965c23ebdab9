namespace Provenance.Watcher.Dispatching;

/// <summary>How attestations are sent.</summary>
internal sealed record OutboxOptions
{
    /// <summary>How many runs are worked on at once.</summary>
    public int Concurrency { get; init; } = 32;

    /// <summary>How many new runs go before one of the backlog does.</summary>
    public int NewPerBacklog { get; init; } = 4;

    /// <summary>The pause after the first failed try of a run; it doubles each time.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between two tries of a run.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many failures in a row, with no success between, take a registry for away.</summary>
    public int FailuresBeforePause { get; init; } = 5;

    /// <summary>How long a registry that is away is left alone at first; it doubles each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>The longest time that a registry is left alone.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The chance that spreads tries in time; a test gives one that can be repeated.</summary>
    public Random Chance { get; init; } = Random.Shared;
}
