namespace Provenance.Attestor.Runs;

/// <summary>How far a run is and how it ended.</summary>
public enum RunState
{
    /// <summary>Not over: pending, running, stopping, waiting for a retry, or nothing is known yet.</summary>
    NotDone,

    /// <summary>Over, and everything that had to succeed did.</summary>
    Succeeded,

    /// <summary>Over with a failure.</summary>
    Failed,

    /// <summary>Ended by a person or a controller before it was over.</summary>
    Cancelled,

    /// <summary>Ended because its time was up.</summary>
    TimedOut,
}
