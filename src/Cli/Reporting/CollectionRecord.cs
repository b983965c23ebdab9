using Provenance.ArtifactStore.Space;

namespace Provenance.Cli.Reporting;

/// <summary>A collection as JSON; the names are part of the interface.</summary>
internal sealed record CollectionRecord(
    bool DryRun,
    DateTimeOffset BegunOn,
    double Seconds,
    CollectionCount Unreferenced,
    CollectionCount Expired,
    CollectionCount Evicted,
    long FreedBytes,
    long Manifests,
    long Keys,
    long Links,
    CollectionCount Pinned,
    CollectionCount KeptByGrace,
    CollectionCount Cached,
    long UnreadableManifests,
    int Segments)
{
    public static CollectionRecord Of(CollectionReport report) => new(
        report.IsDryRun,
        report.BegunOn,
        report.Duration.TotalSeconds,
        report.Unreferenced,
        report.Expired,
        report.Evicted,
        report.FreedBytes,
        report.Manifests,
        report.Keys,
        report.Links,
        report.Pinned,
        report.KeptByGrace,
        report.Cached,
        report.UnreadableManifests,
        report.Segments);
}
