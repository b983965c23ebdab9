using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs;

/// <summary>
/// The documents at hand by the run that owns them. Owners are matched by UID, as names are reused when a run is recreated; only
/// documents that name no owner at all, or belong to a JobSet, are matched by the labels that the platform sets.
/// </summary>
public sealed class ChildRuns
{
    private static ReadOnlySpan<byte> JobSetName => "jobset.sigs.k8s.io/jobset-name"u8;

    private readonly Dictionary<string, List<RunDocument>> byOwner = new(StringComparer.Ordinal);

    /// <summary>Sorts documents by owner.</summary>
    public ChildRuns(IEnumerable<RunDocument> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        foreach (var document in documents)
        {
            foreach (string owner in OwnersOf(document))
            {
                if (!byOwner.TryGetValue(owner, out var list))
                {
                    byOwner[owner] = list = [];
                }

                list.Add(document);
            }
        }
    }

    /// <summary>The documents, each once.</summary>
    public IEnumerable<RunDocument> Documents => byOwner.Values.SelectMany(static list => list).Distinct(ReferenceEqualityComparer.Instance).Cast<RunDocument>();

    /// <summary>The UIDs of the documents that others may belong to.</summary>
    public IEnumerable<string> Owners => Documents.Where(MayOwn).Select(static d => d.Root.Member("metadata"u8).Text("uid"u8)).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>No children.</summary>
    public static ChildRuns None { get; } = new([]);

    /// <summary>Whether other documents may belong to the document's: to runs of every kind but those that are known to have none.</summary>
    public static bool MayOwn(RunDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document.Kind is not ("" or "TaskRun" or "CustomRun" or "Run" or "Pod")
            || document.Root.Member("status"u8).Member("childReferences"u8).Exists()
            || document.Root.Member("spec"u8).Member("entrypoint"u8).Exists();
    }

    /// <summary>The keys under which a document's children name it: its UID, and its name for those that name no UID.</summary>
    public static IEnumerable<string> KeysOf(RunDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var metadata = document.Root.Member("metadata"u8);
        if (metadata.Text("uid"u8) is { Length: > 0 } uid)
        {
            yield return uid;
        }

        yield return NameKey(metadata.Text("namespace"u8), metadata.Text("name"u8));
        if (document.Kind is "TrainJob" or "JobSet")
        {
            // A TrainJob and its JobSet have one name.
            yield return JobSetKey(metadata.Text("namespace"u8), metadata.Text("name"u8));
        }
    }

    /// <summary>
    /// The keys of a document's owners. What belongs to a JobSet carries its UID and name as labels too, as the Jobs between them may not
    /// be at hand.
    /// </summary>
    public static IEnumerable<string> OwnersOf(RunDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var metadata = document.Root.Member("metadata"u8);
        var labels = metadata.Member("labels"u8);
        var owners = metadata.Items("ownerReferences"u8).Select(static o => o.Text("uid"u8)).OfType<string>().Where(static uid => uid.Length > 0).ToList();
        if (labels.Text(JobSetName) is { Length: > 0 } jobSet)
        {
            owners.Add(JobSetKey(metadata.Text("namespace"u8), jobSet));
            owners.AddRange(labels.Text("jobset.sigs.k8s.io/jobset-uid"u8) is { Length: > 0 } uid ? [uid] : []);
        }

        return owners.Count > 0 ? owners.Distinct(StringComparer.Ordinal)
            : labels.Text("tekton.dev/pipelineRunUID"u8) is { Length: > 0 } ownerUid ? [ownerUid]
            : labels.Text("tekton.dev/pipelineRun"u8) is { Length: > 0 } ownerName ? [NameKey(metadata.Text("namespace"u8), ownerName)]
            : [];
    }

    /// <summary>The documents that a run owns by UID, and those that they own in turn, each once.</summary>
    public IReadOnlyList<RunDocument> Below(RunDocument run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var found = new List<RunDocument>();
        var seen = new HashSet<RunDocument>(ReferenceEqualityComparer.Instance);
        var next = new Queue<RunDocument>([run]);
        while (next.TryDequeue(out var owner))
        {
            string name = NameKey(owner.Root.Member("metadata"u8).Text("namespace"u8), owner.Root.Member("metadata"u8).Text("name"u8));
            foreach (string key in KeysOf(owner).Where(k => k != name))
            {
                foreach (var document in byOwner.GetValueOrDefault(key) ?? [])
                {
                    if (seen.Add(document))
                    {
                        found.Add(document);
                        next.Enqueue(document);
                    }
                }
            }
        }

        return found;
    }

    /// <summary>The documents owned by a run, in the order in which they were met.</summary>
    public IReadOnlyList<RunDocument> Of(string ownerUid, string ownerNamespace, string ownerName)
    {
        if (ownerUid.Length > 0 && byOwner.TryGetValue(ownerUid, out var owned))
        {
            return owned;
        }

        return byOwner.TryGetValue(NameKey(ownerNamespace, ownerName), out var named) ? named : [];
    }

    private static string JobSetKey(string? ownerNamespace, string? ownerName) => $"jobsets/{ownerNamespace}/{ownerName}";

    private static string NameKey(string? ownerNamespace, string? ownerName) => $"{ownerNamespace}/{ownerName}";
}
