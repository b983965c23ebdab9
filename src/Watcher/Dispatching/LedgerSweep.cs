using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Dispatching;

/// <summary>Cleans the ledger up whenever a segment of its journal is full, one sweep at a time.</summary>
internal sealed class LedgerSweep(RunLedger ledger)
{
    private readonly Lock gate = new();
    private int lastSegment;
    private bool sweeping;

    /// <summary>Sweeps where it is worth it and nobody else does.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (sweeping || ledger.CurrentSegment == lastSegment || cancellationToken.IsCancellationRequested)
            {
                return;
            }

            (sweeping, lastSegment) = (true, ledger.CurrentSegment);
        }

        try
        {
            while (await ledger.CleanAsync(cancellationToken).ConfigureAwait(false))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // The next process cleans up.
        }
        catch (IOException)
        {
            // The next segment brings the next try.
        }
        finally
        {
            lock (gate)
            {
                sweeping = false;
            }
        }
    }
}
