namespace Provenance.Watcher.Journals;

/// <summary>One record: a state that a run has reached.</summary>
/// <param name="State">The state.</param>
/// <param name="Run">The run's number within the journal; 0 for records that concern no single run.</param>
/// <param name="Payload">What the state carries.</param>
/// <param name="Position">Where the payload is.</param>
internal readonly record struct JournalRecord(JournalState State, long Run, ReadOnlyMemory<byte> Payload, JournalPosition Position);
