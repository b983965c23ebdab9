using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>Several kubeconfig files read as one: what an earlier file says wins. They are never written.</summary>
internal sealed class KubeConfigurationFiles
{
    private const int MaximumSize = 4 * 1024 * 1024;
    private const int MaximumFiles = 64;

    private readonly List<(string Path, JsonElement Root)> files = [];

    public KubeConfigurationFiles(IReadOnlyList<string> paths)
    {
        if (paths.Count > MaximumFiles)
        {
            throw new ClusterConfigurationException($"{paths.Count} kubeconfig files are named; {MaximumFiles} are the most.");
        }

        foreach (string path in paths.Where(static p => p.Length > 0 && File.Exists(p)))
        {
            files.Add((path, Read(path)));
        }

        if (files.Count is 0)
        {
            throw new ClusterConfigurationException($"There is no kubeconfig at {string.Join(", ", paths)}. Name one, set KUBECONFIG, or run in a pod.");
        }
    }

    /// <summary>The context that is chosen in the files; null where there is none.</summary>
    public string? CurrentContext => files.Select(static f => KubeConfigurationEntry.Scalar(f.Root.Member("current-context"u8))).FirstOrDefault(static c => c is not null);

    /// <summary>The entry of a name.</summary>
    /// <exception cref="ClusterConfigurationException">There is none.</exception>
    public KubeConfigurationEntry Entry(string list, string kind, string name)
    {
        foreach (var (path, root) in files)
        {
            foreach (var item in root.Items(System.Text.Encoding.UTF8.GetBytes(list)))
            {
                if (KubeConfigurationEntry.Scalar(item.Member("name"u8)) == name)
                {
                    return new KubeConfigurationEntry(path, $"{kind} \"{name}\"", item.Member(System.Text.Encoding.UTF8.GetBytes(kind)));
                }
            }
        }

        throw new ClusterConfigurationException($"No {kind} \"{name}\" in {string.Join(", ", files.Select(static f => f.Path))}.");
    }

    private static JsonElement Read(string path)
    {
        try
        {
            var documents = DocumentReader.Read(path, RereadFile.ReadBounded(path, MaximumSize));
            return documents.Count is 1
                ? documents[0].Root
                : throw new ClusterConfigurationException($"{path} holds {documents.Count} documents; a kubeconfig is one.");
        }
        catch (DocumentException e)
        {
            throw new ClusterConfigurationException(e.Message, e);
        }
    }
}
