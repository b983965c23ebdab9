namespace Provenance.ArtifactStore.Blobs;

/// <summary>Reads all blobs again and finds those whose bytes no longer hash to their name.</summary>
public interface IBlobScrubber
{
    /// <summary>
    /// Goes over all blobs once. A corrupt one counts as absent from then on and, where <see cref="ScrubOptions.Heal"/> can, is fetched
    /// anew.
    /// </summary>
    /// <param name="options">How fast, and where from to heal.</param>
    /// <param name="progress">Told from time to time how far the scrub has come; null for nobody.</param>
    /// <param name="cancellationToken">Ends the scrub early.</param>
    Task<ScrubReport> ScrubAsync(ScrubOptions options, IProgress<ScrubProgress>? progress, CancellationToken cancellationToken);
}
