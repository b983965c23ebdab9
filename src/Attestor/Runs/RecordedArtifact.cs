using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Runs;

/// <summary>An immutable reference that was recorded while a run was going on. It exists only in valid form.</summary>
public sealed record RecordedArtifact
{
    /// <summary>The name that the step gave it, such as <c>source</c> or <c>image</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it was to the run.</summary>
    public required ArtifactRole Role { get; init; }

    /// <summary>Where it is.</summary>
    public required ArtifactUri Uri { get; init; }

    /// <summary>What it is.</summary>
    public required DigestSet Digest { get; init; }

    /// <summary>Who saw it.</summary>
    public required Observer ObservedBy { get; init; }
}
