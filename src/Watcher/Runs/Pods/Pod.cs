using System.Text.Json;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Pods;

/// <summary>A Pod: whether it is over, what its containers ran and how they ended.</summary>
internal sealed class Pod
{
    /// <summary>Where the API server serves Pods.</summary>
    public static readonly RunResource Resource = new() { Group = "", Versions = ["v1"], Plural = "pods", Kind = "Pod" };

    private readonly JsonElement root;

    public Pod(RunDocument document)
    {
        root = document.Root;
        var metadata = root.Member("metadata"u8);
        Name = metadata.Text("name"u8) ?? "";
        Namespace = metadata.Text("namespace"u8) ?? "";
        CreatedOn = metadata.Time("creationTimestamp"u8);
        Labels = metadata.Member("labels"u8);
        Annotations = metadata.Member("annotations"u8);
        Spec = root.Member("spec"u8);
        Status = root.Member("status"u8);
        Containers = ReadContainers();
    }

    public string Name { get; }

    public string Namespace { get; }

    public DateTimeOffset? CreatedOn { get; }

    public JsonElement Labels { get; }

    public JsonElement Annotations { get; }

    public JsonElement Spec { get; }

    public JsonElement Status { get; }

    /// <summary>Init containers and sidecars first, then the main ones, then what was put in later.</summary>
    public IReadOnlyList<PodContainer> Containers { get; }

    /// <summary>Whether the Pod is over.</summary>
    public bool IsOver => HasSucceeded || Status.Is("phase"u8, "Failed"u8);

    /// <summary>Whether its phase says that it succeeded.</summary>
    public bool HasSucceeded => Status.Is("phase"u8, "Succeeded"u8);

    /// <summary>The first container that does its work and was lost on the way, whatever its exit code says; null where none was.</summary>
    public PodContainer? LostContainer => Containers.FirstOrDefault(static c => c.Role is ContainerRole.Main or ContainerRole.Init && c.WasLost);

    /// <summary>When the last of its containers ended; null where nothing is known of any.</summary>
    public DateTimeOffset? FinishedOn => Containers.Max(static c => c.Terminated.Time("finishedAt"u8));

    /// <summary>Whether any container left a record of artifacts, or what was meant as one.</summary>
    public bool HasRecords => Containers.Any(static c => TerminationMessage.Read(c.Terminated.Text("message"u8), out string? problem).Exists() || problem is not null);

    public static bool Is(RunDocument document) => Resource.Serves(document);

    private List<PodContainer> ReadContainers()
    {
        var sidecars = Spec.Items("initContainers"u8).Where(static c => c.Is("restartPolicy"u8, "Always"u8)).Select(static c => c.Text("name"u8)).ToHashSet();
        var containers = new List<PodContainer>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        Add("initContainerStatuses"u8, ContainerRole.Init);
        Add("containerStatuses"u8, ContainerRole.Main);
        Add("ephemeralContainerStatuses"u8, ContainerRole.Ephemeral);
        return containers;

        void Add(ReadOnlySpan<byte> list, ContainerRole role)
        {
            foreach (var status in Status.Items(list))
            {
                string name = status.Text("name"u8) ?? "unnamed";
                if (names.Add(name))
                {
                    containers.Add(new PodContainer(name, role is ContainerRole.Init && sidecars.Contains(name) ? ContainerRole.Sidecar : role, status));
                }
            }
        }
    }
}
