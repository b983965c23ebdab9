using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>How blobs are read again.</summary>
public sealed record ScrubOptions
{
    /// <summary>How many bytes are read in a second, at most.</summary>
    public long BytesPerSecond { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// Finds the content of a corrupt blob elsewhere, such as in an upstream; null or a null answer where there is none. What it answers
    /// is hashed before it is believed.
    /// </summary>
    public Func<Digest, CancellationToken, Task<Stream?>>? Heal { get; init; }
}
