using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs;

/// <summary>
/// The documents at hand by the run that owns them. Owners are matched by UID, as names are reused when a run is recreated; only
/// documents that name no owner at all are matched by the labels that the platform sets.
/// </summary>
public sealed class ChildRuns
{
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

    /// <summary>No children.</summary>
    public static ChildRuns None { get; } = new([]);

    /// <summary>Whether other runs may belong to the document's.</summary>
    public static bool MayOwn(RunDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document.Kind.StartsWith("Pipeline", StringComparison.Ordinal) || document.Root.Member("status"u8).Member("childReferences"u8).Exists();
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
    }

    /// <summary>The keys of a document's owners.</summary>
    public static IEnumerable<string> OwnersOf(RunDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var metadata = document.Root.Member("metadata"u8);
        var owners = metadata.Items("ownerReferences"u8).Select(static o => o.Text("uid"u8)).Where(static uid => uid?.Length > 0).ToList();
        if (owners.Count > 0)
        {
            return owners!;
        }

        var labels = metadata.Member("labels"u8);
        return labels.Text("tekton.dev/pipelineRunUID"u8) is { Length: > 0 } ownerUid ? [ownerUid]
            : labels.Text("tekton.dev/pipelineRun"u8) is { Length: > 0 } ownerName ? [NameKey(metadata.Text("namespace"u8), ownerName)]
            : [];
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

    private static string NameKey(string? ownerNamespace, string? ownerName) => $"{ownerNamespace}/{ownerName}";
}
