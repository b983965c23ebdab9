using System.Text.Json;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Observing;

/// <summary>
/// The objects kept for a run and, a few generations deep, for those: a training run owns a set that owns a Job that owns Pods, and a
/// pipeline's child may be a pipeline. What several runs read is kept until the last of them is decided, whichever that is.
/// </summary>
internal sealed class RunFamily(RunLedger ledger, IReadOnlyList<IRunKind> kinds)
{
    private const int Generations = 4;

    private readonly HashSet<string> watched = [.. kinds.SelectMany(static k => k.Resources.Concat(k.Companions)).Select(static r => r.Kind)];

    /// <summary>Reads everything that is kept below a run.</summary>
    public async ValueTask<ChildRuns> OfAsync(string uid, CancellationToken cancellationToken)
    {
        var generation = await ledger.Companions.OfAsync(uid, cancellationToken).ConfigureAwait(false);
        if (generation.Count is 0)
        {
            return ChildRuns.None;
        }

        var byUid = new Dictionary<string, RunDocument>(StringComparer.Ordinal);
        for (int i = 0; i < Generations && generation.Count > 0; i++)
        {
            var next = new List<byte[]>();
            foreach (byte[] evidence in generation)
            {
                var root = JsonDocument.Parse(evidence).RootElement;
                string child = UidOf(root) ?? "";
                bool isNew = !byUid.ContainsKey(child);

                // The last state of an object counts.
                byUid[child] = new RunDocument(child, root);
                if (isNew)
                {
                    next.AddRange(await ledger.Companions.OfAsync(child, cancellationToken).ConfigureAwait(false));
                }
            }

            generation = next;
        }

        return new ChildRuns(byUid.Values);
    }

    /// <summary>
    /// Lets go what is kept below a run that is decided, unless another run is still to read it: one that the run belongs to, or one that
    /// belongs to the run. Whichever of them is decided last lets it go, so the decision is written before this is called.
    /// </summary>
    public void Release(string uid, JsonElement run, ChildRuns family)
    {
        if (OwnersOf(run).Any(o => watched.Contains(o.Text("kind"u8) ?? "") && !ledger.IsDecided(RunKey.Of(o.Text("uid"u8) ?? "", null))))
        {
            return;
        }

        ledger.Companions.Release(uid);
        var byUid = family.Documents.DistinctBy(static d => UidOf(d.Root)).ToDictionary(static d => UidOf(d.Root) ?? "", StringComparer.Ordinal);
        foreach (var (child, document) in byUid)
        {
            if (!IsReadBetween(document, byUid))
            {
                ledger.Companions.Release(child);
            }
        }
    }

    /// <summary>Whether a member of the family, or one above it within the family, is a run that is not decided.</summary>
    private bool IsReadBetween(RunDocument member, Dictionary<string, RunDocument> family)
    {
        var document = member;
        for (int i = 0; i < Generations && document is not null; i++)
        {
            if (IsUndecidedRun(document))
            {
                return true;
            }

            document = family.GetValueOrDefault(OwnersOf(document.Root).Select(static o => o.Text("uid"u8)).FirstOrDefault() ?? "");
        }

        return false;
    }

    private bool IsUndecidedRun(RunDocument document) =>
        kinds.FirstOrDefault(k => k.Resources.Count > 0 && k.Recognises(document)) is { } kind
        && !ledger.IsDecided(RunKey.Of(UidOf(document.Root) ?? "", kind.MayReopen ? document.Root.Member("status"u8).Text("finishedAt"u8) : null));

    private static JsonElement.ArrayEnumerator OwnersOf(JsonElement root) => root.Member("metadata"u8).Items("ownerReferences"u8);

    private static string? UidOf(JsonElement root) => root.Member("metadata"u8).Text("uid"u8);
}
