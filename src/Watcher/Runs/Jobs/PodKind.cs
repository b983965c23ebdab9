using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Pods;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Jobs;

/// <summary>
/// Pods that nobody owns (core/v1) and that ask to be attested: by a record in a termination message, or by the annotation
/// <c>provenance.dev/attest: "true"</c>. Every other Pod belongs to some other run or to none, and nothing is said of it.
/// </summary>
internal sealed class PodKind : IRunKind
{
    public string Platform => JobKind.PlatformName;

    public IReadOnlyList<RunResource> Resources { get; } = [Pod.Resource];

    /// <remarks>A Pod with an owner is none of this kind, but must be kept for its owner, in the last state in which it is seen.</remarks>
    public bool MayBeOver(ref readonly ObjectHead head) =>
        head.Phase.SequenceEqual("Succeeded"u8) || head.Phase.SequenceEqual("Failed"u8) || (head.IsDeleting && !head.OwnerUid(0).IsEmpty);

    public bool Recognises(RunDocument document)
    {
        if (!Pod.Is(document))
        {
            return false;
        }

        var metadata = document.Root.Member("metadata"u8);
        return !metadata.Items("ownerReferences"u8).Any(static o => o.Text("uid"u8) is { Length: > 0 })
            && (metadata.Member("annotations"u8).Is("provenance.dev/attest"u8, "true"u8) || new Pod(document).HasRecords);
    }

    public CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options)
    {
        var pod = new Pod(document);
        var account = new RunAccount(document, ReadOutcome(pod));
        if (account.FindObstacle(options) is { } obstacle)
        {
            account.Problems.Add(obstacle);
            return account.Result(null);
        }

        var reading = new PodReading(account.Report);
        reading.ReadImages(pod, "", isOneOfSeveral: false);
        reading.ReadRecords(pod);
        if (!account.HasSubjects(reading.Artifacts, RecorderAdvice.Text))
        {
            return account.Result(null);
        }

        return account.Result(new CompletedRun
        {
            Identity = account.Identity,
            Outcome = account.Outcome with { ExitCodes = reading.ExitCodes },
            StartedOn = pod.Status.Time("startTime"u8),
            FinishedOn = pod.FinishedOn,
            BuildType = JobKind.BuildType,
            Definition = pod.Spec.ValueKind is JsonValueKind.Object ? new RunDefinition { Digest = DigestSet.Of(CanonicalJson.DigestOf(pod.Spec)) } : null,
            Materials = reading.Materials,
            Artifacts = reading.Artifacts,
        });
    }

    private static RunOutcome ReadOutcome(Pod pod)
    {
        string phase = pod.Status.Text("phase"u8) ?? "";
        if (!pod.IsOver)
        {
            return new RunOutcome(RunState.NotDone, phase);
        }

        if (pod.LostContainer is { } lost)
        {
            return new RunOutcome(RunState.Failed, lost.Terminated.Text("reason"u8)!);
        }

        string reason = pod.Status.Text("reason"u8)
            ?? pod.Containers.Where(static c => c.ExitCode is not (null or 0)).Select(static c => c.Terminated.Text("reason"u8)).FirstOrDefault()
            ?? phase;
        return new RunOutcome(pod.HasSucceeded ? RunState.Succeeded : reason is "DeadlineExceeded" ? RunState.TimedOut : RunState.Failed, reason);
    }
}
