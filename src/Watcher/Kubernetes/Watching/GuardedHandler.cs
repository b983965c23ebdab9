namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>Remembers that the handler failed: what it throws may look like trouble of ours, and is none.</summary>
internal sealed class GuardedHandler(IObjectHandler handler) : IObjectHandler
{
    public bool HasFailed { get; private set; }

    /// <inheritdoc/>
    public async ValueTask ListStartedAsync(ServedResource resource, ListCause cause, CancellationToken cancellationToken)
    {
        try
        {
            await handler.ListStartedAsync(resource, cause, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask ObserveAsync(ServedResource resource, ObjectChange change, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        try
        {
            await handler.ObserveAsync(resource, change, json, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask ListCompletedAsync(ServedResource resource, CancellationToken cancellationToken)
    {
        try
        {
            await handler.ListCompletedAsync(resource, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }
}
