namespace Provenance.Watcher.Journals;

/// <summary>How a journal behaves.</summary>
internal sealed record JournalOptions
{
    /// <summary>How large a segment grows before the next is begun, in bytes.</summary>
    public int SegmentSize { get; init; } = 16 * 1024 * 1024;

    /// <summary>How large a payload may be, in bytes.</summary>
    public int MaximumPayload { get; init; } = 32 * 1024 * 1024;

    /// <summary>How many bytes may wait to be written before <see cref="Journal.WhenWritableAsync"/> makes the caller wait.</summary>
    public int MaximumPending { get; init; } = 256 * 1024;

    /// <summary>How long to wait before a write that failed is tried again.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether those who wait go on within the call that ends their waiting: for simulations that must be repeatable.</summary>
    public bool ContinueInline { get; init; }
}
