using Provenance.Watcher.Delivering;

namespace Provenance.Watcher.Dispatching;

/// <summary>Is told what becomes of runs and of the registries and signing services that they need, one call at a time.</summary>
public interface IOutboxObserver
{
    /// <summary>A run is settled: attested, or there was a reason against it.</summary>
    /// <param name="report">What became of it.</param>
    /// <param name="sinceCompletion">The time from the platform's end of the run, by its clock, to now; null where it gave none.</param>
    /// <param name="isBacklog">Whether the run was over already when the watching began.</param>
    void Settled(DeliveryReport report, TimeSpan? sinceCompletion, bool isBacklog);

    /// <summary>A run cannot go on by itself; the reason is the last of the report's problems.</summary>
    void PutAside(DeliveryReport report);

    /// <summary>A run's try failed; it is tried again.</summary>
    void Delayed(string run, string reason);

    /// <summary>A registry is left alone until it answers again.</summary>
    void RegistryDown(string registry, string reason);

    /// <summary>A registry answers again.</summary>
    void RegistryUp(string registry);

    /// <summary>A service that signing needs is left alone until it answers again. An empty name stands for what is on this machine, such as an identity token.</summary>
    void SigningDown(string service, string reason);

    /// <summary>A service that signing needs answers again.</summary>
    void SigningUp(string service);
}
