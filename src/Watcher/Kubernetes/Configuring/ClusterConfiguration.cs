namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>
/// Where an API server is, whom we trust to be it, and who we are to it; made by <see cref="KubeConfigurationLoader"/> or
/// <see cref="InClusterConfiguration"/>. Over plain http no credential is ever sent.
/// </summary>
public sealed class ClusterConfiguration
{
    /// <summary>The root of the API, <c>https://host:port/</c>, with or without a path.</summary>
    public required Uri Server { get; init; }

    /// <summary>The namespace to use where none is named.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>The host name that the server's certificate must carry; null for that of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>The proxy for all connections; null for that of the environment.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether any server is taken for the right one: anybody on the way can read the credential and change answers.</summary>
    public bool WithoutServerIdentityUnsafe { get; init; }

    /// <summary>The only certificate authorities that may vouch for the server; null for those of the system.</summary>
    internal TrustedRoots? Roots { get; init; }

    /// <summary>Who we are; null for an anonymous client.</summary>
    internal ICredentialSource? Credentials { get; init; }

    /// <summary>A server at an address without a credential, such as <c>kubectl proxy</c> or a test.</summary>
    public static ClusterConfiguration Anonymous(Uri server) => new() { Server = server };
}
