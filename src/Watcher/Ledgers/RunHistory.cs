using Provenance.Attestor.Runs;

namespace Provenance.Watcher.Ledgers;

/// <summary>What a journal tells of one run.</summary>
public sealed class RunHistory
{
    /// <summary>The run; null where only its end is left in the journal.</summary>
    public ObservedRun? Run { get; internal set; }

    /// <summary>How far it is: observed, frozen, signed, dead-letter, retried, or how it was settled.</summary>
    public string State { get; internal set; } = "";

    /// <summary>SHA-256 of its statement; null where it has none yet.</summary>
    public string? Statement { get; internal set; }

    /// <summary>SHA-256 of its signed bundle; null where it was not signed here.</summary>
    public string? Bundle { get; internal set; }

    /// <summary>Where its attestations are.</summary>
    public IList<string> Attestations { get; } = [];

    /// <summary>Why it was put aside; null where it was not.</summary>
    public RunProblem? Reason { get; internal set; }

    /// <summary>How it was settled; null where it was not.</summary>
    public SettledRun? Settled { get; internal set; }

    /// <summary>Whether it was put aside and waits for an operator.</summary>
    public bool IsDeadLetter => State is "dead-letter";
}
