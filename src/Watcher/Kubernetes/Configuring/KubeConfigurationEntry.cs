using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>A named cluster, user or context of a kubeconfig, with the file in which it stands.</summary>
internal sealed class KubeConfigurationEntry(string file, string place, JsonElement body)
{
    /// <summary>Where it stands, for people: <c>/home/me/.kube/config: user "me"</c>.</summary>
    public string Place => $"{file}: {place}";

    /// <summary>The folder of the file, from which relative paths count.</summary>
    public string Folder => Path.GetDirectoryName(Path.GetFullPath(file))!;

    /// <summary>A member of the entry as it is.</summary>
    public JsonElement Member(ReadOnlySpan<byte> name) => body.Member(name);

    /// <summary>A scalar as text, also where YAML takes it for a number; null where it is missing or empty.</summary>
    public string? Text(ReadOnlySpan<byte> name) => Scalar(body.Member(name));

    /// <summary>A switch.</summary>
    /// <exception cref="ClusterConfigurationException">It is neither true nor false.</exception>
    public bool Flag(string name)
    {
        var member = body.ValueKind is JsonValueKind.Object && body.TryGetProperty(name, out var value) ? value : default;
        return member.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False => false,
            JsonValueKind.True => true,
            _ => throw new ClusterConfigurationException($"{Place}: {name} is neither true nor false."),
        };
    }

    /// <summary>Bytes that stand in base64 under one name, or in a file that another name says; null where there is neither.</summary>
    /// <exception cref="ClusterConfigurationException">The base64 cannot be read.</exception>
    public ConfiguredBytes? Bytes(string dataName, string fileName, TimeProvider time)
    {
        if (Text(System.Text.Encoding.UTF8.GetBytes(dataName)) is { } data)
        {
            byte[] decoded = new byte[data.Length];
            return Convert.TryFromBase64String(data, decoded, out int length)
                ? new ConfiguredBytes(decoded[..length])
                : throw new ClusterConfigurationException($"{Place}: {dataName} is no base64.");
        }

        return Text(System.Text.Encoding.UTF8.GetBytes(fileName)) is { } path ? new ConfiguredBytes(new RereadFile(Resolve(path), time)) : null;
    }

    /// <summary>A path that counts from the folder of the kubeconfig.</summary>
    public string Resolve(string path) => Path.Combine(Folder, path);

    /// <summary>A scalar as text; null where it is none or empty.</summary>
    public static string? Scalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() is { Length: > 0 } text ? text : null,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
        _ => null,
    };
}
