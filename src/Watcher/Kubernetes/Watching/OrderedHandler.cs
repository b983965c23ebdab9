namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>
/// Calls the handler for a list and a watch that run beside one another: one call at a time, and a change waits for one call at most, however
/// much of the list waits. It remembers that the handler failed: what that throws may look like trouble of ours, and is none.
/// </summary>
internal sealed class OrderedHandler(IObjectHandler handler) : IObjectHandler
{
    private readonly Lock gate = new();
    private TaskCompletionSource? waitingChange;
    private TaskCompletionSource? waitingList;
    private bool isTaken;
    private volatile bool hasFailed;

    public bool HasFailed => hasFailed;

    /// <inheritdoc/>
    public async ValueTask ListStartedAsync(ServedResource resource, ListCause cause, CancellationToken cancellationToken)
    {
        await TakeTurnAsync(isChange: false).ConfigureAwait(false);
        await InTurnAsync(handler.ListStartedAsync, resource, cause, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask ObserveAsync(ServedResource resource, ObjectChange change, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        await TakeTurnAsync(change is not ObjectChange.Listed).ConfigureAwait(false);
        try
        {
            await handler.ObserveAsync(resource, change, json, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            hasFailed = true;
            throw;
        }
        finally
        {
            PassOn();
        }
    }

    /// <inheritdoc/>
    public async ValueTask ListCompletedAsync(ServedResource resource, CancellationToken cancellationToken)
    {
        await TakeTurnAsync(isChange: false).ConfigureAwait(false);
        await InTurnAsync((served, _, token) => handler.ListCompletedAsync(served, token), resource, default, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask InTurnAsync(Func<ServedResource, ListCause, CancellationToken, ValueTask> call, ServedResource resource, ListCause cause, CancellationToken cancellationToken)
    {
        try
        {
            await call(resource, cause, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            hasFailed = true;
            throw;
        }
        finally
        {
            PassOn();
        }
    }

    /// <exception cref="OperationCanceledException">The handler failed meanwhile, and is told nothing more.</exception>
    private async ValueTask TakeTurnAsync(bool isChange)
    {
        TaskCompletionSource? turn = null;
        lock (gate)
        {
            if (isTaken)
            {
                turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                (isChange ? ref waitingChange : ref waitingList) = turn;
            }

            isTaken = true;
        }

        if (turn is not null)
        {
            await turn.Task.ConfigureAwait(false);
        }

        if (hasFailed)
        {
            PassOn();
            throw new OperationCanceledException("The handler failed.");
        }
    }

    private void PassOn()
    {
        lock (gate)
        {
            ref var next = ref waitingChange is not null ? ref waitingChange : ref waitingList;
            isTaken = next is not null;
            next?.SetResult();
            next = null;
        }
    }
}
