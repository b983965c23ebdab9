namespace Provenance.Watcher.Journals;

/// <summary>Where a record's payload is.</summary>
/// <param name="Segment">The segment's number.</param>
/// <param name="Offset">The payload's offset within it.</param>
/// <param name="Length">The payload's length in bytes.</param>
internal readonly record struct JournalPosition(int Segment, int Offset, int Length);
