using Provenance.ArtifactStore.Blobs;

namespace Provenance.Cli.Reporting;

/// <summary>The JSON output of <c>store scrub</c>.</summary>
internal sealed record ScrubRecord(long Blobs, long Bytes, IReadOnlyList<ScrubbedBlob> Corrupted, int Unnamed, int RemovedFiles)
{
    /// <summary>What a scrub has found.</summary>
    public static ScrubRecord From(ScrubReport report) =>
        new(report.Blobs, report.Bytes, [.. report.Corrupted.Select(static blob => new ScrubbedBlob(blob.Digest.ToString(), blob.IsHealed))], report.Unnamed, report.Removed);
}
