using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs;

/// <summary>
/// The documents at hand by the run that owns them. Owners are matched by UID, as names are reused when a run is recreated; only
/// documents that name no owner at all are matched by the label that the platform sets.
/// </summary>
public sealed class ChildRuns
{
    private const string OwnerUidLabel = "tekton.dev/pipelineRunUID";
    private const string OwnerNameLabel = "tekton.dev/pipelineRun";

    private readonly Dictionary<string, List<RunDocument>> byOwnerUid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<RunDocument>> byOwnerName = new(StringComparer.Ordinal);

    /// <summary>No children.</summary>
    public static ChildRuns None { get; } = new([]);

    /// <summary>Sorts documents by owner.</summary>
    public ChildRuns(IEnumerable<RunDocument> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        foreach (var document in documents)
        {
            Add(document);
        }
    }

    /// <summary>The documents owned by a run, in the order in which they were met.</summary>
    public IReadOnlyList<RunDocument> Of(string ownerUid, string ownerNamespace, string ownerName)
    {
        if (ownerUid.Length > 0 && byOwnerUid.TryGetValue(ownerUid, out var owned))
        {
            return owned;
        }

        return byOwnerName.TryGetValue($"{ownerNamespace}/{ownerName}", out var named) ? named : [];
    }

    private void Add(RunDocument document)
    {
        var metadata = document.Root.Member("metadata"u8);
        bool hasOwner = false;
        foreach (var owner in metadata.Items("ownerReferences"u8))
        {
            if (owner.Text("uid"u8) is { Length: > 0 } uid)
            {
                hasOwner = true;
                Append(byOwnerUid, uid, document);
            }
        }

        var labels = metadata.Member("labels"u8);
        if (hasOwner || labels.ValueKind is not System.Text.Json.JsonValueKind.Object)
        {
            return;
        }

        if (labels.TryGetProperty(OwnerUidLabel, out var ownerUid) && ownerUid.GetString() is { Length: > 0 } labelled)
        {
            Append(byOwnerUid, labelled, document);
        }
        else if (labels.TryGetProperty(OwnerNameLabel, out var ownerName))
        {
            Append(byOwnerName, $"{metadata.Text("namespace"u8)}/{ownerName}", document);
        }
    }

    private static void Append(Dictionary<string, List<RunDocument>> index, string key, RunDocument document)
    {
        if (!index.TryGetValue(key, out var list))
        {
            index[key] = list = [];
        }

        list.Add(document);
    }
}
