namespace Provenance.Watcher.Tests.Simulation;

/// <summary>How a registry fails.</summary>
internal enum RegistryFault
{
    None,
    Refused,
    Unavailable,
    TooManyRequests,
    Timeout,
    TimeoutAfterEffect,
    AnswerLost,

    /// <summary>Each request has a chance of each of the others.</summary>
    Flapping,
}
