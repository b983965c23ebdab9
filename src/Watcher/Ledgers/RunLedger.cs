using System.Text.Json;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Ledgers;

/// <summary>
/// What is known of every run, kept in a journal: nothing leaves the process before the record that allows it is on disk, and a restart
/// goes on where the last process stopped. Runs that are settled are remembered by key until their object is gone.
/// </summary>
internal sealed class RunLedger : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<RunKey, LedgerEntry> open = [];
    private readonly SettledKeys settled;
    private readonly LedgerOptions options;
    private readonly CompanionIndex companionIndex;
    private Journal journal = null!;
    private long lastNumber;
    private int statementsInMemory;

    private RunLedger(LedgerOptions options, TimeProvider time)
    {
        this.options = options;
        settled = new SettledKeys(options.GoneRetention, time);
        companionIndex = new CompanionIndex(options, time);
    }

    /// <summary>The runs that are not settled, in the order in which they were observed.</summary>
    public IReadOnlyList<LedgerEntry> OpenEntries => Locked(() => open.Values.OrderBy(static e => e.Number).ToList());

    /// <summary>How the ledger stands.</summary>
    public LedgerSummary Summary => Locked(() => LedgerSummary.Of(open.Values));

    /// <summary>The last states of objects that say something about runs which own them.</summary>
    public Companions Companions { get; private set; } = null!;

    /// <summary>The bytes of the journal.</summary>
    public long JournalSize => journal.Size;

    /// <summary>The segment of the journal that is being written.</summary>
    public int CurrentSegment => journal.CurrentSegment;

    /// <summary>Why nothing new can be taken in; null where it can.</summary>
    public string? Trouble => journal.Trouble
        ?? (journal.Size > options.MaximumSize ? $"The journal has {journal.Size} bytes, more than the {options.MaximumSize} allowed. Nothing new is taken in until attestations can be stored again." : null);

    /// <summary>Opens a ledger and replays its journal.</summary>
    /// <exception cref="JournalException">The journal is damaged, of another format or in use.</exception>
    public static RunLedger Open(IJournalStorage storage, JournalOptions journalOptions, LedgerOptions options, TimeProvider time)
    {
        var ledger = new RunLedger(options, time);
        var replay = new LedgerReplay();
        ledger.journal = Journal.Open(storage, journalOptions, time, replay.Take);
        ledger.Companions = new Companions(ledger.journal, ledger.companionIndex, ledger.gate);
        ledger.lastNumber = replay.LastNumber;
        foreach (var entry in replay.Open)
        {
            ledger.open[entry.Key] = entry;
        }

        foreach (var (key, segment) in replay.Settled)
        {
            ledger.settled.Add(key, segment);
        }

        foreach (var (number, (owner, position)) in replay.Companions)
        {
            ledger.companionIndex.Add(owner, number, position);
        }

        return ledger;
    }

    /// <summary>Whether a run was observed before, settled or not.</summary>
    public bool IsKnown(RunKey key)
    {
        lock (gate)
        {
            return settled.Contains(key) || open.ContainsKey(key);
        }
    }

    /// <summary>Whether nothing is left to be done for a run.</summary>
    public bool IsSettled(RunKey key) => Locked(() => settled.Contains(key));

    /// <summary>Whether what is said of a run is decided: nothing that comes later changes it.</summary>
    public bool IsDecided(RunKey key) => Locked(() => settled.Contains(key) || open.GetValueOrDefault(key) is { State: not JournalState.Observed });

    /// <summary>The entry of a run that is not settled; null where there is none.</summary>
    public LedgerEntry? Find(RunKey key) => Locked(() => open.GetValueOrDefault(key));

    /// <summary>The settled runs.</summary>
    public IReadOnlyList<RunKey> SettledKeys => Locked(settled.Segments.Keys.ToList);

    /// <summary>Takes in a run that is over, with its statement, or with the evidence that a statement will be made of later.</summary>
    /// <returns>The entry; null where the run was known already.</returns>
    public LedgerEntry? Observe(RunKey key, ObservedRun run, ReadOnlySpan<byte> evidence, FrozenStatement? statement)
    {
        byte[] meta = JsonSerializer.SerializeToUtf8Bytes(run, LedgerFormat.Default.ObservedRun);
        lock (gate)
        {
            if (settled.Contains(key) || open.ContainsKey(key))
            {
                return null;
            }

            var entry = new LedgerEntry(++lastNumber, key, run.Run)
            {
                IsBacklog = run.IsBacklog,
                FinishedOn = run.FinishedOn,
                ObservedOn = run.ObservedOn,
                State = JournalState.Observed,
            };
            open[key] = entry;
            entry.Meta = Append(entry, JournalState.Observed, meta);
            if (!evidence.IsEmpty)
            {
                entry.Evidence = Append(entry, JournalState.Companion, CompanionIndex.Encode(run.Uid, evidence));
            }

            if (statement is not null)
            {
                Freeze(entry, statement);
            }

            return entry;
        }
    }

    /// <summary>Decides the statement of a run.</summary>
    public void Freeze(LedgerEntry entry, FrozenStatement statement)
    {
        lock (gate)
        {
            entry.StatementAt = Append(entry, JournalState.Frozen, statement.Bytes.Span);
            entry.State = JournalState.Frozen;
            entry.Evidence = default;
            if (statementsInMemory < options.StatementsInMemory)
            {
                statementsInMemory++;
                entry.Statement = statement;
            }
        }
    }

    /// <summary>Decides the statement of a run that waited, and keeps what is known of it by now.</summary>
    public void Freeze(LedgerEntry entry, ObservedRun run, FrozenStatement statement)
    {
        byte[] meta = JsonSerializer.SerializeToUtf8Bytes(run, LedgerFormat.Default.ObservedRun);
        lock (gate)
        {
            entry.Meta = Append(entry, JournalState.Observed, meta);
            Freeze(entry, statement);
        }
    }

    /// <summary>The statement of a run; its record must be committed.</summary>
    public FrozenStatement StatementOf(LedgerEntry entry)
    {
        lock (gate)
        {
            if (entry.Statement is { } kept)
            {
                return kept;
            }
        }

        return FrozenStatement.Restore(entry.Run, Read(entry, static e => e.StatementAt), entry.FinishedOn);
    }

    /// <summary>What was observed of a run; its record must be committed.</summary>
    public ObservedRun RunOf(LedgerEntry entry) => JsonSerializer.Deserialize(Read(entry, static e => e.Meta), LedgerFormat.Default.ObservedRun)!;

    /// <summary>The evidence of a run that has no statement yet.</summary>
    public byte[] EvidenceOf(LedgerEntry entry) => CompanionIndex.Decode(Read(entry, static e => e.Evidence)).Evidence;

    /// <summary>Decides the signed bytes of a run.</summary>
    public void Sign(LedgerEntry entry, ReadOnlySpan<byte> bundle)
    {
        lock (gate)
        {
            entry.BundleAt = Append(entry, JournalState.Signed, bundle);
            entry.State = JournalState.Signed;
        }
    }

    /// <summary>The signed bytes of a run; their record must be committed.</summary>
    public ReadOnlyMemory<byte> BundleOf(LedgerEntry entry) => Read(entry, static e => e.BundleAt);

    /// <summary>Remembers that a subject has its attestation.</summary>
    public void Push(LedgerEntry entry, int index, string attestation)
    {
        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(new PushedSubject(index, attestation), LedgerFormat.Default.PushedSubject);
        lock (gate)
        {
            Append(entry, JournalState.Pushed, payload);
            (entry.Pushed ??= [])[index] = attestation;
        }
    }

    /// <summary>The attestation of a subject that has it; null where it does not.</summary>
    public string? PushedTo(LedgerEntry entry, int index) => Locked(() => entry.Pushed?.GetValueOrDefault(index));

    /// <summary>Closes a run.</summary>
    public void Settle(LedgerEntry entry, SettledRun outcome)
    {
        lock (gate)
        {
            if (open.Remove(entry.Key))
            {
                Drop(entry);
                Append(entry, JournalState.Done, outcome.Encode(entry.Key));
                settled.Add(entry.Key, journal.CurrentSegment);
                if (entry.IsGone)
                {
                    Forget(entry.Key);
                }
            }
        }
    }

    /// <summary>Closes a run for which there was never anything to do.</summary>
    public void SettleUnattested(RunKey key, SettledRun outcome)
    {
        lock (gate)
        {
            if (settled.Contains(key) || open.ContainsKey(key))
            {
                return;
            }

            journal.Append(JournalState.Done, ++lastNumber, outcome.Encode(key), out _);
            settled.Add(key, journal.CurrentSegment);
        }
    }

    /// <summary>Puts a run aside until an operator looks at it.</summary>
    public void PutAside(LedgerEntry entry, RunProblem reason)
    {
        lock (gate)
        {
            entry.DeadLetter = reason;
            Append(entry, JournalState.DeadLettered, JsonSerializer.SerializeToUtf8Bytes(reason, LedgerFormat.Default.RunProblem));
        }
    }

    /// <summary>Takes a run that was put aside up again.</summary>
    public void Retry(LedgerEntry entry)
    {
        lock (gate)
        {
            entry.DeadLetter = null;
            entry.Attempts = 0;
            Append(entry, JournalState.Retried, []);
        }
    }

    /// <summary>Forgets a run whose object is gone for good, a while after it is settled.</summary>
    public void Forget(RunKey key)
    {
        lock (gate)
        {
            if (open.TryGetValue(key, out var entry))
            {
                entry.IsGone = true;
            }

            settled.Forget(key);
        }
    }

    /// <summary>Returns once everything written of a run is on disk.</summary>
    public Task CommitAsync(LedgerEntry entry, CancellationToken cancellationToken) => journal.CommitAsync(entry.Sequence, cancellationToken);

    /// <summary>Returns once everything written so far is on disk.</summary>
    public Task CommitAsync(CancellationToken cancellationToken) => journal.CommitAsync(journal.LastSequence, cancellationToken);

    /// <summary>Returns once there is room for more.</summary>
    public Task WhenWritableAsync(CancellationToken cancellationToken) => journal.WhenWritableAsync(cancellationToken);

    /// <summary>Removes the oldest segment when it is hardly needed any more, taking over what still is.</summary>
    /// <returns>Whether one was removed, so that it is worth asking again.</returns>
    public Task<bool> CleanAsync(CancellationToken cancellationToken) =>
        new LedgerCleaner(journal, options, gate, open, settled.Segments, companionIndex).CleanAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => journal.DisposeAsync();

    /// <summary>A segment is removed only while nobody reads.</summary>
    private byte[] Read(LedgerEntry entry, Func<LedgerEntry, JournalPosition> position) => Locked(() => journal.Read(position(entry)));

    private T Locked<T>(Func<T> read)
    {
        lock (gate)
        {
            return read();
        }
    }

    private void Drop(LedgerEntry entry)
    {
        if (entry.Statement is not null)
        {
            entry.Statement = null;
            statementsInMemory--;
        }
    }

    private JournalPosition Append(LedgerEntry entry, JournalState state, ReadOnlySpan<byte> payload)
    {
        var position = journal.Append(state, entry.Number, payload, out long sequence);
        entry.Sequence = sequence;
        return position;
    }
}
