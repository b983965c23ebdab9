using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Ledgers;

/// <summary>A run that is not settled yet: small, because there may be a hundred thousand of them. What is large is in the journal.</summary>
internal sealed class LedgerEntry
{
    internal LedgerEntry(long number, RunKey key, string run)
    {
        Number = number;
        Key = key;
        Run = run;
    }

    /// <summary>The run's number within the journal.</summary>
    public long Number { get; }

    /// <summary>The run's key.</summary>
    public RunKey Key { get; }

    /// <summary>How people know it.</summary>
    public string Run { get; }

    /// <summary>How far it is: <see cref="JournalState.Observed"/>, <see cref="JournalState.Frozen"/> or <see cref="JournalState.Signed"/>.</summary>
    public JournalState State { get; internal set; }

    /// <summary>Whether it was over already when the watching began.</summary>
    public bool IsBacklog { get; internal init; }

    /// <summary>When the run ended, by the platform's clock.</summary>
    public DateTimeOffset? FinishedOn { get; internal init; }

    /// <summary>When it was observed, by our clock.</summary>
    public DateTimeOffset ObservedOn { get; internal init; }

    /// <summary>Why it cannot go on by itself; null while it can.</summary>
    public RunProblem? DeadLetter { get; internal set; }

    /// <summary>How often its publishing was tried since the process started.</summary>
    public int Attempts { get; set; }

    /// <summary>What went wrong at the last try; null where nothing did.</summary>
    public string? LastFailure { get; set; }

    /// <summary>The term in which this process signed its statement; null where an earlier process did.</summary>
    public long? SignedIn { get; set; }

    /// <summary>Whether the object is gone for good, so that its key need not be remembered for ever once it is settled.</summary>
    internal bool IsGone { get; set; }

    /// <summary>The statement, as long as it is cheaper to keep than to read again.</summary>
    internal FrozenStatement? Statement { get; set; }

    internal JournalPosition Meta { get; set; }

    internal JournalPosition Evidence { get; set; }

    internal JournalPosition StatementAt { get; set; }

    internal JournalPosition BundleAt { get; set; }

    /// <summary>The attestations of the subjects that have theirs, by the subject's index.</summary>
    internal Dictionary<int, string>? Pushed { get; set; }

    /// <summary>The last record of this run that must be on disk before anything leaves the process.</summary>
    internal long Sequence { get; set; }
}
