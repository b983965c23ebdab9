namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>Where an API server is and who we are to it; made by <c>KubeConfigurationLoader</c> or <c>InClusterConfiguration</c>.</summary>
public sealed record ClusterConfiguration
{
    /// <summary>The root of the API, <c>https://host:port/</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>The namespace to use where none is named.</summary>
    public string Namespace { get; init; } = "default";
}
