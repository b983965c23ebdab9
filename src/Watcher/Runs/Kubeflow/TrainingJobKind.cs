using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Jobs;
using Provenance.Watcher.Runs.Pods;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Kubeflow;

/// <summary>The training jobs of Kubeflow's training operator: PyTorchJob, TFJob and their like (kubeflow.org/v1, MPIJob also v2beta1).</summary>
internal sealed class TrainingJobKind : IRunKind
{
    private const string Group = "kubeflow.org";
    private const string ReplicaType = "training.kubeflow.org/replica-type";

    public string Platform => TrainJobKind.PlatformName;

    public IReadOnlyList<RunResource> Resources { get; } =
    [
        Resource("PyTorchJob", "v1"),
        Resource("TFJob", "v1"),
        Resource("XGBoostJob", "v1"),
        Resource("JAXJob", "v1"),
        Resource("PaddleJob", "v1"),
        Resource("MXJob", "v1"),
        Resource("MPIJob", "v2beta1", "v1"),
    ];

    public IReadOnlyList<RunResource> Companions { get; } = [JobKind.Resource, Pod.Resource];

    public bool MayBeOver(ref readonly ObjectHead head) =>
        head.Condition("Succeeded"u8) is ConditionStatus.True || head.Condition("Failed"u8) is ConditionStatus.True;

    public bool Recognises(RunDocument document) =>
        Resources.Any(r => r.Kind == document.Kind && r.Versions.Any(v => document.ApiVersion == $"{Group}/{v}"));

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

        var finishedOn = status.Time("completionTime"u8) ?? EndingCondition(status).Since;
        var pods = OwnedPods.Find(document, children, finishedOn, account.Report);
        var reading = new PodReading(account.Report);
        reading.ReadOwned(pods, static p => p.Labels.Text(ReplicaType) is { Length: > 0 } replica ? $"replicas/{replica}/" : "");
        string? manager = spec.Member("runPolicy"u8).Text("managedBy"u8) is { Length: > 0 } named and not "kubeflow.org/training-operator" ? named : null;
        var missing = FindMissing(account, status, pods, spec.Member("runPolicy"u8).Text("cleanPodPolicy"u8), manager);
        bool awaitsPods = missing.Count > 0 && manager is null;
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
            BuildType = TrainJobKind.BuildType,
            Definition = spec.ValueKind is JsonValueKind.Object ? new RunDefinition { Digest = DigestSet.Of(CanonicalJson.DigestOf(spec)) } : null,
            Settings = [.. spec.EnumerateMembers().Where(static m => !m.Name.EndsWith("ReplicaSpecs", StringComparison.Ordinal)).Select(static m => new NamedValue(m.Name, m.Value))],
            Materials = reading.Materials,
            Artifacts = reading.Artifacts,
            MissingChildren = missing,
        };
        return account.Result(completed, awaitsPods);
    }

    private static RunResource Resource(string kind, params string[] versions) =>
        new() { Group = Group, Versions = versions, Plural = kind.ToLowerInvariant() + "s", Kind = kind };

    private static RunOutcome ReadOutcome(JsonElement status)
    {
        bool isRestarting = ObjectCondition.Find(status, "Restarting").Status is ConditionStatus.True && status.Time("completionTime"u8) is null;
        return ObjectCondition.Find(status, "Succeeded") is { Status: ConditionStatus.True } succeeded ? new RunOutcome(RunState.Succeeded, succeeded.Reason)
            : !isRestarting && ObjectCondition.Find(status, "Failed") is { Status: ConditionStatus.True } failed ? new RunOutcome(RunState.Failed, failed.Reason)
            : new RunOutcome(RunState.NotDone, ObjectCondition.ReasonToWait(status));
    }

    private static ObjectCondition EndingCondition(JsonElement status) =>
        ObjectCondition.Find(status, "Succeeded") is { Status: ConditionStatus.True } succeeded ? succeeded : ObjectCondition.Find(status, "Failed");

    private static List<string> FindMissing(RunAccount account, JsonElement status, IReadOnlyList<Pod> pods, string? cleanPodPolicy, string? manager)
    {
        bool succeeded = account.Outcome.State is RunState.Succeeded;
        var missing = new List<string>();
        foreach (var replica in status.Members("replicaStatuses"u8))
        {
            int expected = replica.Value.Count("succeeded"u8) + (succeeded ? 0 : replica.Value.Count("failed"u8));
            int atHand = pods.Count(p => (succeeded ? p.HasSucceeded : p.IsOver) && string.Equals(p.Labels.Text(ReplicaType), replica.Name, StringComparison.OrdinalIgnoreCase));
            if (expected > atHand)
            {
                missing.Add($"Pod {replica.Name} ({expected - atHand} of {expected})");
            }
        }

        if (missing.Count > 0)
        {
            string why = manager is not null ? $"they ran where {manager} sent them, most likely in another cluster"
                : cleanPodPolicy is "All" or "Running" ? $"its cleanPodPolicy {cleanPodPolicy} deletes them at once, so that they must be watched"
                : "they were deleted, or are in files that were not handed over";
            account.Report(RunProblemCodes.ChildMissing, $"{string.Join(", ", missing)} not at hand: {why}. What they recorded and the digests of their images are not in the attestation, which says so.");
        }

        return missing;
    }
}
