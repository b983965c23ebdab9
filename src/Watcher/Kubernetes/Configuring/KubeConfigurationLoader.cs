using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>Reads the way to a cluster from kubeconfig files, as kubectl does.</summary>
public static class KubeConfigurationLoader
{
    /// <summary>Loads from a file; without one from those of <c>KUBECONFIG</c>, else from <c>~/.kube/config</c>.</summary>
    /// <param name="path">A kubeconfig; null for the usual ones.</param>
    /// <param name="context">A context in it; null for the current one.</param>
    /// <param name="time">The clock by which files are read again and credentials expire.</param>
    /// <exception cref="ClusterConfigurationException">There is none, or one that cannot be used.</exception>
    public static ClusterConfiguration Load(string? path, string? context, TimeProvider time) => Load(
        path is not null ? [path]
            : Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } list ? list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            : [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")],
        context,
        time);

    /// <summary>Loads from several files, of which the earlier ones win.</summary>
    /// <exception cref="ClusterConfigurationException">There is none, or one that cannot be used.</exception>
    public static ClusterConfiguration Load(IReadOnlyList<string> paths, string? context, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var files = new KubeConfigurationFiles(paths);
        string chosen = context ?? files.CurrentContext
            ?? throw new ClusterConfigurationException($"No context is chosen in {string.Join(", ", paths)}. Set current-context or name one.");
        var contextEntry = files.Entry("contexts", "context", chosen);
        var cluster = files.Entry("clusters", "cluster", contextEntry.Text("cluster"u8) ?? throw new ClusterConfigurationException($"{contextEntry.Place} names no cluster."));
        var server = ServerOf(cluster);
        bool isSecure = server.Scheme == Uri.UriSchemeHttps;
        bool isUnsafe = isSecure && cluster.Flag("insecure-skip-tls-verify");
        var authority = isSecure ? cluster.Bytes("certificate-authority-data", "certificate-authority", time) : null;
        if (isUnsafe && authority is not null)
        {
            throw new ClusterConfigurationException($"{cluster.Place} names a certificate authority and skips verification (insecure-skip-tls-verify). Remove one of them.");
        }

        var proxy = ProxyOf(cluster);
        string? serverName = cluster.Text("tls-server-name"u8);
        if (proxy is not null && serverName is not null)
        {
            throw new ClusterConfigurationException($"{cluster.Place} has both proxy-url and tls-server-name; together they are not supported.");
        }

        var roots = authority is null ? null : new TrustedRoots(authority);
        roots?.Read();
        return new ClusterConfiguration
        {
            Server = server,
            Namespace = contextEntry.Text("namespace"u8) ?? "default",
            TlsServerName = serverName,
            Proxy = proxy,
            WithoutServerIdentityUnsafe = isUnsafe,
            Roots = roots,
            Credentials = isSecure && contextEntry.Text("user"u8) is { } user ? CredentialsOf(files.Entry("users", "user", user), cluster, server, time) : null,
        };
    }

    private static Uri ServerOf(KubeConfigurationEntry cluster)
    {
        string? text = cluster.Text("server"u8);
        return Uri.TryCreate(text?.TrimEnd('/') + "/", UriKind.Absolute, out var server)
            && (server.Scheme == Uri.UriSchemeHttps || server.Scheme == Uri.UriSchemeHttp)
            && server.UserInfo.Length is 0 && server.Query.Length is 0 && server.Fragment.Length is 0
            ? server
            : throw new ClusterConfigurationException($"{cluster.Place}: server is no http or https address.");
    }

    private static Uri? ProxyOf(KubeConfigurationEntry cluster) => cluster.Text("proxy-url"u8) is not { } text
        ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw new ClusterConfigurationException($"{cluster.Place}: proxy-url is no http, https or socks5 address.");

    private static ICredentialSource? CredentialsOf(KubeConfigurationEntry user, KubeConfigurationEntry cluster, Uri server, TimeProvider time)
    {
        if (user.Member("auth-provider"u8).Exists())
        {
            throw new ClusterConfigurationException($"{user.Place} uses auth-provider, which Kubernetes removed. Use the provider's exec plugin.");
        }

        if (user.Member("as"u8).Exists() || user.Member("as-uid"u8).Exists() || user.Member("as-groups"u8).Exists() || user.Member("as-user-extra"u8).Exists())
        {
            // To leave these out would act with more rights than the file says.
            throw new ClusterConfigurationException($"{user.Place} impersonates another user (as), which is not supported. Use a user of its own.");
        }

        string? name = user.Text("username"u8);
        string? token = user.Text("token"u8);
        string? tokenFile = user.Text("tokenFile"u8);
        var certificate = user.Bytes("client-certificate-data", "client-certificate", time);
        var key = user.Bytes("client-key-data", "client-key", time);
        if (certificate is null != key is null)
        {
            throw new ClusterConfigurationException($"{user.Place} has a client certificate without its key, or a key without its certificate.");
        }

        bool hasToken = token is not null || tokenFile is not null;
        if (hasToken && name is not null)
        {
            throw new ClusterConfigurationException($"{user.Place} has both a token and a user name. Remove one of them.");
        }

        if (user.Member("exec"u8).Exists())
        {
            return !hasToken && name is null && certificate is null
                ? new PluginCredentials(PluginCommand.Read(user, cluster, server), time)
                : throw new ClusterConfigurationException($"{user.Place} has an exec plugin and another credential. Remove one of them.");
        }

        return !hasToken && name is null && certificate is null ? null : new ConfiguredCredentials
        {
            Token = token,
            TokenFile = tokenFile is null ? null : new RereadFile(user.Resolve(tokenFile), time),
            UserAndPassword = name is null ? null : $"{name}:{user.Text("password"u8)}",
            Certificate = certificate is null ? null : new ClientCertificate(certificate, key!),
        };
    }
}
