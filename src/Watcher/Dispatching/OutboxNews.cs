using Provenance.Watcher.Delivering;

namespace Provenance.Watcher.Dispatching;

/// <summary>Tells the observer of an outbox one thing at a time.</summary>
internal sealed class OutboxNews(IOutboxObserver observer)
{
    private readonly Lock telling = new();

    public void Settled(DeliveryReport report, TimeSpan? sinceCompletion, bool isBacklog) => Tell(() => observer.Settled(report, sinceCompletion, isBacklog));

    public void PutAside(DeliveryReport report) => Tell(() => observer.PutAside(report));

    public void Delayed(string run, string reason) => Tell(() => observer.Delayed(run, reason));

    public void Down(string destination, string reason)
    {
        if (SigningDestination.ServiceOf(destination) is { } service)
        {
            Tell(() => observer.SigningDown(service, reason));
        }
        else
        {
            Tell(() => observer.RegistryDown(destination, reason));
        }
    }

    public void Up(string destination)
    {
        if (SigningDestination.ServiceOf(destination) is { } service)
        {
            Tell(() => observer.SigningUp(service));
        }
        else
        {
            Tell(() => observer.RegistryUp(destination));
        }
    }

    private void Tell(Action what)
    {
        lock (telling)
        {
            what();
        }
    }
}
