namespace Provenance.Watcher.Journals;

/// <summary>What a record of the journal says of a run. The numbers are the format on disk.</summary>
internal enum JournalState : byte
{
    /// <summary>The run is over and what is known of it was taken: from here on the API server is not needed any more.</summary>
    Observed = 1,

    /// <summary>The statement's bytes are decided.</summary>
    Frozen = 2,

    /// <summary>The statement is signed: these bytes are published and no others.</summary>
    Signed = 3,

    /// <summary>One subject has its attestation.</summary>
    Pushed = 4,

    /// <summary>Nothing is left to be done.</summary>
    Done = 5,

    /// <summary>It cannot go on by itself, for the reason given.</summary>
    DeadLettered = 6,

    /// <summary>An operator asked to try a dead letter again.</summary>
    Retried = 7,

    /// <summary>The last state of an object that says something about a run which owns it.</summary>
    Companion = 8,

    /// <summary>Keys of runs that are done, taken over from segments that were removed.</summary>
    Settled = 9,

    /// <summary>A term of leadership began.</summary>
    Term = 10,
}
