namespace Provenance.Watcher.Kubernetes;

/// <summary>An API server cannot be reached, or refused; the message names verb, resource and object, and says what to do.</summary>
/// <param name="status">The HTTP status; 0 where there was no answer.</param>
/// <param name="reason">The reason of the server's Status object, such as <c>Conflict</c>; empty where there was none.</param>
/// <param name="message">What happened, to which object, and what to do next; never a secret.</param>
/// <param name="isTransient">Whether the same request may succeed later.</param>
/// <param name="innerException">What lies beneath.</param>
public sealed class KubernetesApiException(int status, string reason, string message, bool isTransient, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The HTTP status; 0 where there was no answer.</summary>
    public int Status => status;

    /// <summary>The reason of the server's Status object; empty where there was none.</summary>
    public string Reason => reason;

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient => isTransient;

    /// <summary>Which kind of conflict a 409 is.</summary>
    public ApiConflict Conflict { get; init; }

    /// <summary>How long the server asks us to wait; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
