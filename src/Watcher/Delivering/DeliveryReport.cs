using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;

namespace Provenance.Watcher.Delivering;

/// <summary>What became of one run document.</summary>
public sealed record DeliveryReport
{
    /// <summary>How people know the run: <c>TaskRun namespace/name</c>, or the file where it is no run.</summary>
    public required string Run { get; init; }

    /// <summary>The key under which the run is known to be handled; empty where the document is no run.</summary>
    public required string Key { get; init; }

    /// <summary>How the run ended.</summary>
    public required RunOutcome RunOutcome { get; init; }

    /// <summary>What became of it here.</summary>
    public required DeliveryOutcome Outcome { get; init; }

    /// <summary>The subjects with their attestations; empty where nothing was attested.</summary>
    public IReadOnlyList<AttestedSubject> Subjects { get; init; } = [];

    /// <summary>SHA-256 of the signed bundle; null where nothing was attested.</summary>
    public Digest? Bundle { get; init; }

    /// <summary>The signed bundle, where it was signed or found just now.</summary>
    public ReadOnlyMemory<byte>? SignedBundle { get; init; }

    /// <summary>Everything that was found wrong, and why nothing was attested.</summary>
    public IReadOnlyList<RunProblem> Problems { get; init; } = [];

    /// <summary>How long it took from the document to the stored attestation.</summary>
    public TimeSpan Elapsed { get; init; }
}
