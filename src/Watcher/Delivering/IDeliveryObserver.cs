namespace Provenance.Watcher.Delivering;

/// <summary>Is told what becomes of runs, one call at a time.</summary>
public interface IDeliveryObserver
{
    /// <summary>A run has been dealt with, for now or for good.</summary>
    void Report(DeliveryReport report);

    /// <summary>How far a look through the folder has come; <paramref name="total"/> grows while files are read.</summary>
    void Progress(int done, int total);
}
