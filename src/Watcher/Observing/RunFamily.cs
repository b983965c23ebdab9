using System.Text.Json;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Observing;

/// <summary>
/// The objects kept for a run and, a few generations deep, for those: a training run owns a set that owns a Job that owns Pods, and a
/// pipeline's child may be a pipeline. They are kept until the eldest has read them.
/// </summary>
internal sealed class RunFamily(Companions companions)
{
    private const int Generations = 4;

    /// <summary>Reads everything that is kept below a run.</summary>
    public async ValueTask<ChildRuns> OfAsync(string uid, CancellationToken cancellationToken)
    {
        var generation = await companions.OfAsync(uid, cancellationToken).ConfigureAwait(false);
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
                string child = root.Member("metadata"u8).Text("uid"u8) ?? "";
                bool isNew = !byUid.ContainsKey(child);

                // The last state of an object counts.
                byUid[child] = new RunDocument(child, root);
                if (isNew)
                {
                    next.AddRange(await companions.OfAsync(child, cancellationToken).ConfigureAwait(false));
                }
            }

            generation = next;
        }

        return new ChildRuns(byUid.Values);
    }

    /// <summary>Lets everything go that is kept below a run, unless the run itself is kept for another.</summary>
    public void Release(string uid, ChildRuns family, bool hasOwner)
    {
        if (hasOwner)
        {
            return;
        }

        companions.Release(uid);
        foreach (string child in family.Uids)
        {
            companions.Release(child);
        }
    }
}
