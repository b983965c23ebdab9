using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Pods;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Jobs;

/// <summary>Kubernetes Jobs (batch/v1): what the containers of their Pods recorded in their termination messages.</summary>
internal sealed class JobKind : IRunKind
{
    /// <summary>The build type of Jobs and Pods: docs/buildtypes/job-v1.md.</summary>
    public const string BuildType = "https://provenance.dev/buildtypes/job/v1";

    public const string PlatformName = "job";

    /// <summary>Where the API server serves Jobs.</summary>
    public static readonly RunResource Resource = new() { Group = "batch", Versions = ["v1"], Plural = "jobs", Kind = "Job" };

    private const string JobController = "kubernetes.io/job-controller";

    public string Platform => PlatformName;

    public IReadOnlyList<RunResource> Resources { get; } = [Resource];

    public IReadOnlyList<RunResource> Companions { get; } = [Pod.Resource];

    public bool MayBeOver(ref readonly ObjectHead head) =>
        head.Condition("Complete"u8) is ConditionStatus.True || head.Condition("Failed"u8) is ConditionStatus.True;

    /// <remarks>A Job of a JobSet or MPIJob is a part of that run and not one of its own.</remarks>
    public bool Recognises(RunDocument document) => Resource.Serves(document)
        && document.Root.Member("metadata"u8).Items("ownerReferences"u8).All(static o => o.Text("kind"u8) is not ("JobSet" or "MPIJob"));

    public CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options)
    {
        var spec = document.Root.Member("spec"u8);
        var status = document.Root.Member("status"u8);
        var account = new RunAccount(document, ReadOutcome(status));
        if (account.FindObstacle(options) is { } obstacle)
        {
            account.Problems.Add(obstacle);
            return account.Result(null);
        }

        var finishedOn = ReadEnd(status);
        var pods = OwnedPods.Find(document, children, finishedOn, account.Report);
        var reading = new PodReading(account.Report);
        reading.ReadOwned(pods, static _ => "");
        bool isElsewhere = spec.Text("managedBy"u8) is { Length: > 0 } manager and not JobController;
        var missing = FindMissing(account, status, pods, isElsewhere ? spec.Text("managedBy"u8) : null);
        bool awaitsPods = missing.Count > 0 && !isElsewhere;
        if (!account.HasSubjects(reading.Artifacts, RecorderAdvice.Text))
        {
            return account.Result(null, awaitsPods);
        }

        var completed = new CompletedRun
        {
            Identity = account.Identity,
            Outcome = account.Outcome with { ExitCodes = reading.ExitCodes },
            StartedOn = status.Time("startTime"u8),
            FinishedOn = finishedOn,
            BuildType = BuildType,
            Definition = PodTemplate.Read(spec.Member("template"u8)),
            Settings = [.. spec.EnumerateMembers().Where(static m => m.Name is not ("template" or "selector")).Select(static m => new NamedValue(m.Name, m.Value))],
            Environment = ReadEnvironment(document, status),
            Materials = reading.Materials,
            Artifacts = reading.Artifacts,
            MissingChildren = missing,
        };
        return account.Result(completed, awaitsPods);
    }

    /// <remarks>SuccessCriteriaMet and FailureTarget come first, while Pods are still ending: they are no end.</remarks>
    private static RunOutcome ReadOutcome(JsonElement status)
    {
        if (ObjectCondition.Find(status, "Failed") is { Status: ConditionStatus.True } failed)
        {
            return new RunOutcome(failed.Reason is "DeadlineExceeded" ? RunState.TimedOut : RunState.Failed, failed.Reason);
        }

        return ObjectCondition.Find(status, "Complete") is { Status: ConditionStatus.True } complete
            ? new RunOutcome(RunState.Succeeded, complete.Reason is { Length: > 0 } reason ? reason : "Complete")
            : new RunOutcome(RunState.NotDone, ObjectCondition.ReasonToWait(status));
    }

    /// <remarks>completionTime is set on success only.</remarks>
    private static DateTimeOffset? ReadEnd(JsonElement status) =>
        ObjectCondition.Find(status, "Failed") is { Status: ConditionStatus.True } failed ? failed.Since
        : status.Time("completionTime"u8) ?? ObjectCondition.Find(status, "Complete").Since;

    private static List<string> FindMissing(RunAccount account, JsonElement status, IReadOnlyList<Pod> pods, string? manager)
    {
        // The Pods of attempts that failed say nothing about what a Job that succeeded has made.
        bool succeeded = account.Outcome.State is RunState.Succeeded;
        int expected = status.Count("succeeded"u8) + (succeeded ? 0 : status.Count("failed"u8));
        int missing = expected - pods.Count(p => succeeded ? p.HasSucceeded : p.IsOver);
        if (missing <= 0)
        {
            return [];
        }

        string why = manager is null
            ? "they were deleted, or are in files that were not handed over"
            : $"its Pods ran where {manager} sent them, most likely in another cluster";
        account.Report(RunProblemCodes.ChildMissing, $"{missing} of its {expected} Pods {(missing is 1 ? "is" : "are")} not at hand: {why}. What they recorded and the digests of their images are not in the attestation, which says so.");
        return [$"Pod ({missing} of {expected})"];
    }

    private static List<NamedValue> ReadEnvironment(RunDocument document, JsonElement status)
    {
        var environment = new List<NamedValue>();
        var owner = document.Root.Member("metadata"u8).Items("ownerReferences"u8).FirstOrDefault(static o => o.IsTrue("controller"u8));
        if (owner.Exists())
        {
            environment.Add(new NamedValue("owner", owner));
        }

        foreach (string name in new[] { "completedIndexes", "failedIndexes" })
        {
            if (status.Text(name) is { Length: > 0 })
            {
                environment.Add(new NamedValue(name, status.GetProperty(name)));
            }
        }

        return environment;
    }
}
