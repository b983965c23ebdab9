using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Runs;

namespace Provenance.Attestor.Attesting;

/// <summary>What came of attesting a run.</summary>
public sealed record AttestedRun
{
    /// <summary>SHA-256 of the statement.</summary>
    public required Digest Statement { get; init; }

    /// <summary>The signed bundle, a Sigstore bundle v0.3.</summary>
    public required ReadOnlyMemory<byte> Bundle { get; init; }

    /// <summary>SHA-256 of the bundle, by which the store has it as a blob.</summary>
    public required Digest BundleDigest { get; init; }

    /// <summary>The subjects, in the statement's order.</summary>
    public required IReadOnlyList<AttestedSubject> Subjects { get; init; }

    /// <summary>Whether every subject had the attestation already, so that nothing was signed or written.</summary>
    public required bool AlreadyAttested { get; init; }

    /// <summary>Why subjects could not be given their attestation, one each.</summary>
    public IReadOnlyList<RunProblem> Problems { get; init; } = [];

    /// <summary>What was met on the way and kept nothing from being attested.</summary>
    public IReadOnlyList<RunProblem> Warnings { get; init; } = [];
}
