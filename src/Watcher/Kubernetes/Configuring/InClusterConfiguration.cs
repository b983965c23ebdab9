using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>The way to the API server from inside a pod: address from the environment, token and authority from the service account.</summary>
public static class InClusterConfiguration
{
    private const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Whether this process runs in a pod with a service account.</summary>
    public static bool IsAvailable =>
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } && File.Exists(Path.Combine(ServiceAccountFolder, "token"));

    /// <summary>Reads where the API server is; token and authority are read again while they are used.</summary>
    /// <exception cref="ClusterConfigurationException">This is no pod with a service account.</exception>
    public static ClusterConfiguration Load(TimeProvider time) => Load(Environment.GetEnvironmentVariable, ServiceAccountFolder, time);

    internal static ClusterConfiguration Load(Func<string, string?> environment, string folder, TimeProvider time)
    {
        string host = Required(environment, "KUBERNETES_SERVICE_HOST");
        string port = Required(environment, "KUBERNETES_SERVICE_PORT");
        if (IPAddress.TryParse(host, out var address) && address.AddressFamily is AddressFamily.InterNetworkV6)
        {
            host = $"[{address}]";
        }

        if (!ushort.TryParse(port, out ushort number) || number is 0 || !Uri.TryCreate($"https://{host}:{number}/", UriKind.Absolute, out var server) || server.AbsolutePath != "/")
        {
            throw new ClusterConfigurationException($"KUBERNETES_SERVICE_HOST \"{host}\" and KUBERNETES_SERVICE_PORT \"{port}\" make no address.");
        }

        var roots = new TrustedRoots(new ConfiguredBytes(new RereadFile(Path.Combine(folder, "ca.crt"), time)));
        roots.Read();
        var token = new RereadFile(Path.Combine(folder, "token"), time);
        token.Read();
        string namespaceFile = Path.Combine(folder, "namespace");
        return new ClusterConfiguration
        {
            Server = server,
            Namespace = File.Exists(namespaceFile) ? Encoding.UTF8.GetString(RereadFile.ReadBounded(namespaceFile, 1024)).Trim() : "default",
            Roots = roots,
            Credentials = new ConfiguredCredentials { TokenFile = token },
        };
    }

    private static string Required(Func<string, string?> environment, string name) => environment(name) is { Length: > 0 } value
        ? value
        : throw new ClusterConfigurationException($"{name} is not set: this process runs in no pod of a cluster. Name a kubeconfig instead.");
}
