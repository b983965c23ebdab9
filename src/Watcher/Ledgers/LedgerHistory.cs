using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Journals;

namespace Provenance.Watcher.Ledgers;

/// <summary>What a journal tells of every run, read without disturbing the watcher that writes it.</summary>
public sealed class LedgerHistory
{
    private readonly Dictionary<long, RunHistory> byNumber = [];

    private LedgerHistory()
    {
    }

    /// <summary>The runs, in the order in which they were observed.</summary>
    public IReadOnlyList<RunHistory> Runs { get; private set; } = [];

    /// <summary>How many runs are settled of which only the key is left.</summary>
    public int SettledBefore { get; private set; }

    /// <summary>Reads a journal.</summary>
    /// <exception cref="JournalException">There is none, or it is of another format.</exception>
    public static LedgerHistory Read(string journalFolder)
    {
        using var folder = JournalFolder.OpenForReading(journalFolder);
        var history = new LedgerHistory();
        SegmentReader.Read(folder, new JournalOptions().MaximumPayload, history.Take);
        history.Runs = [.. history.byNumber.Values.Where(static r => r.Run is not null)];
        return history;
    }

    private void Take(JournalRecord record)
    {
        if (record.State is JournalState.Settled)
        {
            SettledBefore += record.Payload.Length / RunKey.Length;
            return;
        }

        if (record.Run <= 0)
        {
            return;
        }

        if (!byNumber.TryGetValue(record.Run, out var run))
        {
            byNumber[record.Run] = run = new RunHistory();
        }

        var payload = record.Payload.Span;
        switch (record.State)
        {
            case JournalState.Observed:
                run.Run = JsonSerializer.Deserialize(payload, LedgerFormat.Default.ObservedRun);
                run.State = run.State is "" ? "observed" : run.State;
                break;
            case JournalState.Frozen:
                run.State = "frozen";
                run.Statement = ArtifactStore.Digests.Digest.Of(payload).ToString();
                break;
            case JournalState.Signed:
                run.State = "signed";
                run.Bundle = ArtifactStore.Digests.Digest.Of(payload).ToString();
                break;
            case JournalState.Pushed when JsonSerializer.Deserialize(payload, LedgerFormat.Default.PushedSubject) is { } pushed:
                run.Attestations.Add(pushed.Attestation);
                break;
            case JournalState.DeadLettered:
                run.State = "dead-letter";
                run.Reason = JsonSerializer.Deserialize(payload, LedgerFormat.Default.RunProblem);
                break;
            case JournalState.Retried:
                run.State = "retried";
                run.Reason = null;
                break;
            case JournalState.Done:
                var settled = SettledRun.Decode(payload);
                run.State = settled.Outcome;
                run.Run ??= settled.Run;
                run.Settled = settled;
                break;
        }
    }
}
