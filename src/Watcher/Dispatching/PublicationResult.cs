using Provenance.Attestor.Runs;
using Provenance.Watcher.Delivering;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>What came of publishing a run's attestation.</summary>
internal sealed record PublicationResult
{
    /// <summary>What became of the run.</summary>
    public required DeliveryReport Report { get; init; }

    /// <summary>The record that closes the run; null where it is put aside.</summary>
    public SettledRun? Settled { get; init; }

    /// <summary>Why the run is put aside; null where it is not.</summary>
    public RunProblem? PutAsideFor { get; init; }
}
