namespace Provenance.Watcher.Ledgers;

/// <summary>How much a ledger keeps.</summary>
internal sealed record LedgerOptions
{
    /// <summary>How many bytes the journal may have before nothing new is taken in.</summary>
    public long MaximumSize { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Below this size, in bytes, segments are not cleaned up.</summary>
    public long CleaningThreshold { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many bytes of a segment are taken over at once, so that nobody is kept waiting for long and little has to be kept in memory.</summary>
    public int TakenOverAtOnce { get; init; } = 256 * 1024;

    /// <summary>How many objects are kept for runs that may own them.</summary>
    public int MaximumCompanions { get; init; } = 200_000;

    /// <summary>How long an object is kept for a run that never shows up.</summary>
    public TimeSpan CompanionRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a settled run is remembered after its object was deleted.</summary>
    public TimeSpan GoneRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many statements stay in memory while they wait; the others are read from the journal.</summary>
    public int StatementsInMemory { get; init; } = 128;
}
