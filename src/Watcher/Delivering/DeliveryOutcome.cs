namespace Provenance.Watcher.Delivering;

/// <summary>What became of a run.</summary>
public enum DeliveryOutcome
{
    /// <summary>It was signed and stored with its subjects, and read back.</summary>
    Attested,

    /// <summary>It had been attested before.</summary>
    AlreadyAttested,

    /// <summary>There is a reason against attesting it, which is among the problems.</summary>
    NotAttested,

    /// <summary>It is to be attested and could not be stored; it is tried again.</summary>
    Failed,

    /// <summary>It would be attested, were this not a rehearsal.</summary>
    WouldAttest,
}
