namespace Provenance.Watcher.Kubernetes;

/// <summary>
/// Is told of every object of one resource, one call at a time for a resource; a call that does not return stops the reading. An
/// exception ends the following.
/// </summary>
public interface IObjectHandler
{
    /// <summary>Everything that exists is about to be named. The call is repeated when a listing has to begin anew.</summary>
    ValueTask ListStartedAsync(ServedResource resource, ListCause cause, CancellationToken cancellationToken);

    /// <summary>
    /// An object exists, or was changed. A list and the changes since it began are told side by side: an object that is
    /// <see cref="ObjectChange.Listed"/> may be older than a change of it that was told since the listing started, and may be deleted by then.
    /// </summary>
    /// <param name="resource">Which kind it is: the items of built-in lists carry neither apiVersion nor kind.</param>
    /// <param name="change">What happened to it.</param>
    /// <param name="json">The object as the server sent it, valid only during the call.</param>
    /// <param name="cancellationToken">Ends the following.</param>
    ValueTask ObserveAsync(ServedResource resource, ObjectChange change, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);

    /// <summary>Everything that exists has been named since the listing started, or existed when it was named.</summary>
    ValueTask ListCompletedAsync(ServedResource resource, CancellationToken cancellationToken);
}
