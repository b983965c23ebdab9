using System.Text.Json;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Kubernetes;

namespace Provenance.Watcher.Watching;

/// <summary>What tells a cluster from every other: the UID of its kube-system namespace.</summary>
internal static class ClusterIdentity
{
    /// <summary>Reads it; null where there is no such namespace.</summary>
    /// <exception cref="KubernetesApiException">It cannot be read.</exception>
    public static async Task<string?> ReadAsync(IKubernetesApi api, CancellationToken cancellationToken)
    {
        var address = new ObjectAddress { Group = "", Version = "v1", Plural = "namespaces", Name = "kube-system" };
        if (await api.GetAsync(address, cancellationToken).ConfigureAwait(false) is not { } json)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.Member("metadata"u8).Text("uid"u8);
    }
}
