using System.Buffers;
using System.Text;
using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>A credential plugin as a kubeconfig names it (client.authentication.k8s.io/v1 or v1beta1).</summary>
internal sealed class PluginCommand
{
    public required string ApiVersion { get; init; }

    public required string Command { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>What the plugin is told on its way in: the value of <c>KUBERNETES_EXEC_INFO</c>.</summary>
    public required string ExecutionDocument { get; init; }

    /// <summary>How to get the plugin, by the words of the kubeconfig.</summary>
    public string? InstallHint { get; init; }

    /// <summary>Where it is configured, for people.</summary>
    public required string Place { get; init; }

    /// <summary>Reads the exec entry of a user.</summary>
    /// <exception cref="ClusterConfigurationException">It cannot be used.</exception>
    public static PluginCommand Read(KubeConfigurationEntry user, KubeConfigurationEntry cluster, Uri server)
    {
        var exec = user.Member("exec"u8);
        string? apiVersion = exec.Text("apiVersion"u8);
        if (apiVersion is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1"))
        {
            throw new ClusterConfigurationException($"{user.Place}: exec.apiVersion is neither client.authentication.k8s.io/v1 nor v1beta1.");
        }

        string? interactive = exec.Text("interactiveMode"u8);
        if (interactive is "Always" || (interactive is null && apiVersion.EndsWith("/v1", StringComparison.Ordinal)) || interactive is not (null or "Never" or "IfAvailable"))
        {
            throw new ClusterConfigurationException($"{user.Place}: exec.interactiveMode must be Never or IfAvailable: nobody is there to answer.");
        }

        string command = exec.Text("command"u8) is { Length: > 0 } text ? text : throw new ClusterConfigurationException($"{user.Place}: exec.command is missing.");
        return new PluginCommand
        {
            ApiVersion = apiVersion,

            // A path counts from the kubeconfig; a bare name is looked for in PATH.
            Command = command.Contains('/', StringComparison.Ordinal) ? user.Resolve(command) : command,
            Arguments = [.. exec.Items("args"u8).Select(static a => KubeConfigurationEntry.Scalar(a) ?? "")],
            Environment = [.. exec.Items("env"u8).Select(static e => KeyValuePair.Create(
                KubeConfigurationEntry.Scalar(e.Member("name"u8)) ?? "", KubeConfigurationEntry.Scalar(e.Member("value"u8)) ?? "")).Where(static e => e.Key.Length > 0)],
            ExecutionDocument = Document(apiVersion, exec.IsTrue("provideClusterInfo"u8) ? cluster : null, server),
            InstallHint = exec.Text("installHint"u8),
            Place = user.Place,
        };
    }

    private static string Document(string apiVersion, KubeConfigurationEntry? cluster, Uri server)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion"u8, apiVersion);
            writer.WriteString("kind"u8, "ExecCredential"u8);
            writer.WriteStartObject("spec"u8);
            if (cluster is not null)
            {
                writer.WriteStartObject("cluster"u8);
                WriteCluster(writer, cluster, server);
                writer.WriteEndObject();
            }

            writer.WriteBoolean("interactive"u8, false);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteCluster(Utf8JsonWriter writer, KubeConfigurationEntry cluster, Uri server)
    {
        writer.WriteString("server"u8, cluster.Text("server"u8) ?? server.ToString());
        if (cluster.Text("tls-server-name"u8) is { } name)
        {
            writer.WriteString("tls-server-name"u8, name);
        }

        if (cluster.Flag("insecure-skip-tls-verify"))
        {
            writer.WriteBoolean("insecure-skip-tls-verify"u8, true);
        }

        if (cluster.Bytes("certificate-authority-data", "certificate-authority", TimeProvider.System) is { } authority)
        {
            writer.WriteBase64String("certificate-authority-data"u8, authority.Read());
        }

        if (cluster.Text("proxy-url"u8) is { } proxy)
        {
            writer.WriteString("proxy-url"u8, proxy);
        }

        foreach (var extension in cluster.Member("extensions"u8).ValueKind is JsonValueKind.Array ? cluster.Member("extensions"u8).EnumerateArray() : default)
        {
            if (extension.Is("name"u8, "client.authentication.k8s.io/exec"u8) && extension.Member("extension"u8).Exists())
            {
                writer.WritePropertyName("config"u8);
                extension.Member("extension"u8).WriteTo(writer);
                break;
            }
        }
    }
}
