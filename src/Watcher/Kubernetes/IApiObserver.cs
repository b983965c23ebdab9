namespace Provenance.Watcher.Kubernetes;

/// <summary>Is told what happens between us and an API server, for metrics and logs; never payloads. It is called from many threads.</summary>
public interface IApiObserver
{
    /// <summary>A request was answered.</summary>
    /// <param name="verb">get, list, watch, create, update, patch or apply.</param>
    /// <param name="resource">Such as <c>taskruns.tekton.dev</c>.</param>
    /// <param name="status">The HTTP status; 0 where there was no answer.</param>
    void Request(string verb, string resource, int status);

    /// <summary>A listing began.</summary>
    void Listed(string resource, ListCause cause);

    /// <summary>The server does not serve the resource; said once until it does.</summary>
    void Unserved(string resource);

    /// <summary>Something went wrong and is tried again.</summary>
    void Trouble(string resource, string sentence);
}
