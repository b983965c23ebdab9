using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Kubernetes;

/// <summary>A Kubernetes API server, as far as the watcher needs one.</summary>
public interface IKubernetesApi
{
    /// <summary>
    /// Names every object, and every change meanwhile and after that, until it is cancelled, through every outage. A resource that the server does not serve is
    /// reported once and looked for again every minute; one that it served before is asked for five times more within half a minute first.
    /// </summary>
    Task FollowAsync(RunResource resource, string? @namespace, IObjectHandler handler, CancellationToken cancellationToken);

    /// <summary>Reads an object; null where there is none.</summary>
    /// <exception cref="KubernetesApiException">The server cannot be reached or refuses.</exception>
    Task<byte[]?> GetAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <summary>Creates an object in the collection and gives what was stored.</summary>
    /// <exception cref="KubernetesApiException">The server cannot be reached or refuses; 409 where the object exists.</exception>
    Task<byte[]> CreateAsync(ObjectAddress collection, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);

    /// <summary>Replaces an object and gives what was stored; <c>metadata.resourceVersion</c> is the precondition.</summary>
    /// <exception cref="KubernetesApiException">The server cannot be reached or refuses; 409 where the object was changed meanwhile.</exception>
    Task<byte[]> ReplaceAsync(ObjectAddress address, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);

    /// <summary>Merges a patch (RFC 7386) into an object and gives what was stored; null where there is no such object.</summary>
    /// <exception cref="KubernetesApiException">The server cannot be reached or refuses.</exception>
    Task<byte[]?> MergePatchAsync(ObjectAddress address, ReadOnlyMemory<byte> patch, CancellationToken cancellationToken);

    /// <summary>Applies fields on the server's side (SSA) in the name of the field manager; null where there is no such object.</summary>
    /// <exception cref="KubernetesApiException">The server cannot be reached or refuses; 409 where another manager owns a field.</exception>
    Task<byte[]?> ApplyAsync(ObjectAddress address, string fieldManager, bool force, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
}
