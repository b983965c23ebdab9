namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>Says who we are to an API server, now.</summary>
internal interface ICredentialSource
{
    /// <summary>The credential to use; the same instance for as long as nothing changed.</summary>
    /// <exception cref="ClusterConfigurationException">There is none that can be used.</exception>
    ValueTask<ClusterCredential> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The server answered 401 to this credential: the next read looks for a newer one.</summary>
    void Reject(ClusterCredential rejected);
}
