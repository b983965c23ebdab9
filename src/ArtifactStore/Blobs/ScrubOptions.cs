using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>How blobs are read again.</summary>
public sealed record ScrubOptions
{
    /// <summary>How many bytes are read in a second, at most.</summary>
    public long BytesPerSecond { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// Writes a corrupt blob anew with the content that it finds elsewhere, such as in an upstream; null for nobody. Whether the blob is
    /// right then is looked up and not believed.
    /// </summary>
    public Func<Digest, CancellationToken, Task>? Heal { get; init; }
}
