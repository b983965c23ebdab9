using Provenance.Watcher.Delivering;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>What must hold at the end of every simulated story.</summary>
internal static class Expectations
{
    public static IEnumerable<string> Check(SimulatedRun run, StoredStatements stored, SimulatedReplica replica, bool isCertain)
    {
        var found = stored.Of(run.Uid);
        foreach (var group in found.GroupBy(static f => (f.Repository, f.Subject)).Where(static g => g.Count() > 1))
        {
            yield return $"{run.Uid} has {group.Count()} manifests in {group.Key.Repository}: {string.Join(", ", group.Select(static s => s.Statement[..8]))}";
        }

        if (found.Select(static f => f.Statement).Distinct().Count() > 1)
        {
            yield return $"{run.Uid} has several statements";
        }

        if (!isCertain)
        {
            yield break;
        }

        var key = RunKey.Of(run.Uid, null);
        bool isPutAside = replica.Ledger.Find(key) is { DeadLetter: not null };
        bool isSettled = replica.Ledger.IsSettled(key) || (!run.Exists && replica.Settlements.Exists(s => s.Run.EndsWith("/" + run.Uid, StringComparison.Ordinal)));
        var images = run.IsPipeline ? run.Children.SelectMany(static c => c.Images.Select(i => (i, c.Digest))) : run.Images.Select(i => (i, run.Digest));
        if (images.Any(static i => i.i.EndsWith("/denied", StringComparison.Ordinal) || i.i.EndsWith("/absent", StringComparison.Ordinal)) && !run.HasFailed)
        {
            if (!isPutAside)
            {
                yield return $"{run.Uid} is no dead letter";
            }

            yield break;
        }

        if (!isSettled)
        {
            yield return $"{run.Uid} is not settled";
        }

        bool isAttestable = !run.HasFailed && images.Any();
        if (isAttestable && found.Count is 0 && !IsWithoutItsChildren(run))
        {
            yield return $"{run.Uid} has no statement";
        }

        var expected = run.IsPipeline ? found.Select(static f => (f.Repository, f.Subject)) : images.Select(static i => (i.i, "sha256:" + i.Digest));
        if (isAttestable && found.Count > 0 && !found.Select(static f => (f.Repository, f.Subject)).ToHashSet().SetEquals(expected))
        {
            yield return $"{run.Uid} has statements in {string.Join(", ", found.Select(static f => f.Repository))} only";
        }

        if (!isAttestable && !replica.Settlements.Exists(s => s.Run.EndsWith("/" + run.Uid, StringComparison.Ordinal) && s.Outcome is DeliveryOutcome.NotAttested && s.Problems.Count > 0))
        {
            yield return $"{run.Uid} was settled without a reason";
        }
    }

    /// <summary>At most ten attempts a minute reach a registry that is away, after the first minute; a new process must find out anew.</summary>
    public static IEnumerable<string> CheckAttempts(SimulatedRegistries registries, IReadOnlyList<(string Registry, TimeSpan From, TimeSpan To)> outages, IReadOnlyList<TimeSpan> starts)
    {
        const int Allowed = 10;
        const int ToFindOut = 6;
        foreach (var (registry, from, to) in outages)
        {
            for (var minute = from + TimeSpan.FromMinutes(1); minute + TimeSpan.FromMinutes(1) <= to; minute += TimeSpan.FromMinutes(1))
            {
                var end = minute + TimeSpan.FromMinutes(1);
                int attempts = registries.Attempts.GetValueOrDefault(registry, []).Count(a => a >= minute && a < end);
                int allowed = Allowed + (ToFindOut * starts.Count(s => s > minute - TimeSpan.FromMinutes(1) && s < end));
                if (attempts > allowed)
                {
                    yield return $"{attempts} attempts reached {registry} in the minute after {minute.TotalSeconds:0} s, while it was away";
                }
            }
        }
    }

    /// <summary>A pipeline whose tasks' records were gone before anybody saw them has nothing to attest.</summary>
    private static bool IsWithoutItsChildren(SimulatedRun run) => run.IsPipeline && run.Children.Where(static c => c.Images.Count > 0).All(static c => c.HandledAt is null || !c.Exists);
}
