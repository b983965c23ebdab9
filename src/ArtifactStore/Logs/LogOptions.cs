namespace Provenance.ArtifactStore.Logs;

/// <summary>The sizes of a log.</summary>
internal sealed record LogOptions
{
    /// <summary>How large segments are made.</summary>
    public int SegmentSize { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many bytes are written and flushed at a time, at most; one record more always fits.</summary>
    public int BatchSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many bytes of each segment are kept for deletions, for the time when the disk is full.</summary>
    public int Reserve { get; init; } = 64 * 1024;

    /// <summary>After how many written bytes the hint of the open segment is written anew.</summary>
    public int HintInterval { get; init; } = 8 * 1024 * 1024;
}
