using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Jobs;
using Provenance.Watcher.Runs.Pods;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Kubeflow;

/// <summary>Kubeflow TrainJobs (trainer.kubeflow.org/v1alpha1): a JobSet of Jobs of Pods.</summary>
internal sealed class TrainJobKind : IRunKind
{
    /// <summary>The build type of TrainJobs and the older training jobs: docs/buildtypes/training-v1.md.</summary>
    public const string BuildType = "https://provenance.dev/buildtypes/training/v1";

    public const string PlatformName = "kubeflow";

    private const string TrainJobController = "trainer.kubeflow.org/trainjob-controller";
    private const string ReplicatedJob = "jobset.sigs.k8s.io/replicatedjob-name";

    public string Platform => PlatformName;

    public IReadOnlyList<RunResource> Resources { get; } = [new() { Group = "trainer.kubeflow.org", Versions = ["v1alpha1"], Plural = "trainjobs", Kind = "TrainJob" }];

    public IReadOnlyList<RunResource> Companions { get; } =
    [
        new() { Group = "jobset.x-k8s.io", Versions = ["v1alpha2"], Plural = "jobsets", Kind = "JobSet" },
        JobKind.Resource,
        Pod.Resource,
    ];

    public bool MayBeOver(ref readonly ObjectHead head) =>
        head.Condition("Complete"u8) is ConditionStatus.True || head.Condition("Failed"u8) is ConditionStatus.True;

    public bool Recognises(RunDocument document) => document is { Kind: "TrainJob", ApiVersion: "trainer.kubeflow.org/v1alpha1" };

    public CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options)
    {
        var spec = document.Root.Member("spec"u8);
        var status = document.Root.Member("status"u8);
        var ending = ReadEnding(status);
        var account = new RunAccount(document, ending.Outcome);
        if (account.FindObstacle(options) is { } obstacle)
        {
            account.Problems.Add(obstacle);
            return account.Result(null);
        }

        var pods = OwnedPods.Find(document, children, ending.Since, account.Report);
        var reading = new PodReading(account.Report);
        reading.ReadOwned(pods, static p => p.Labels.Text(ReplicatedJob) is { Length: > 0 } job ? $"jobs/{job}/" : "");
        string? manager = spec.Text("managedBy"u8) is { Length: > 0 } named and not TrainJobController ? named : null;
        var missing = FindMissing(account, status, pods, manager);
        bool awaitsPods = missing.Count > 0 && manager is null;
        var parameters = new List<NamedValue>();
        var inputs = StorageInputs.Read(spec.Member("initializer"u8), parameters, account.Report);
        if (!account.HasSubjects(reading.Artifacts, RecorderAdvice.Text))
        {
            return account.Result(null, awaitsPods);
        }

        var completed = new CompletedRun
        {
            Identity = account.Identity,
            Outcome = account.Outcome with { ExitCodes = reading.ExitCodes },
            FinishedOn = ending.Since,
            BuildType = BuildType,
            Definition = spec.ValueKind is JsonValueKind.Object ? ReadDefinition(spec) : null,
            Parameters = parameters,
            Settings = ReadSettings(spec),
            Materials = [.. ReadRuntime(document, children), .. reading.Materials],
            Artifacts = [.. inputs, .. reading.Artifacts],
            MissingChildren = missing,
        };
        return account.Result(completed, awaitsPods);
    }

    /// <remarks>A TrainJob that runs has no condition at all, and one that was resumed keeps Suspended=False. It has no time of completion.</remarks>
    private static (RunOutcome Outcome, DateTimeOffset? Since) ReadEnding(JsonElement status)
    {
        var failed = ObjectCondition.Find(status, "Failed");
        if (failed.Status is ConditionStatus.True)
        {
            return (new RunOutcome(failed.Reason is "DeadlineExceeded" ? RunState.TimedOut : RunState.Failed, failed.Reason), failed.Since);
        }

        var complete = ObjectCondition.Find(status, "Complete");
        return complete.Status is ConditionStatus.True
            ? (new RunOutcome(RunState.Succeeded, complete.Reason), complete.Since)
            : (new RunOutcome(RunState.NotDone, ObjectCondition.ReasonToWait(status)), null);
    }

    private static RunDefinition ReadDefinition(JsonElement spec) => new()
    {
        Digest = DigestSet.Of(CanonicalJson.DigestOf(spec)),
        Reference = spec.Member("runtimeRef"u8) is { ValueKind: JsonValueKind.Object } runtime ? runtime : null,
    };

    /// <summary>What the training runtime was resolved to: the JobSet that the controller made of it.</summary>
    private static IEnumerable<ResourceDescriptor> ReadRuntime(RunDocument document, ChildRuns children) => children.Below(document)
        .Where(static d => d.Kind is "JobSet" && d.Root.Member("spec"u8).ValueKind is JsonValueKind.Object)
        .Take(1)
        .Select(static d => new ResourceDescriptor
        {
            Name = "definitions/jobset",
            Digest = DigestSet.Of(CanonicalJson.DigestOf(d.Root.Member("spec"u8))),
            Annotations = [new("observedBy", "controlPlane")],
        });

    private static List<NamedValue> ReadSettings(JsonElement spec)
    {
        var settings = new List<NamedValue>();
        foreach (var member in spec.EnumerateMembers())
        {
            if (member.Name is not ("runtimeRef" or "initializer"))
            {
                settings.Add(new NamedValue(member.Name, WithoutEnvironment(member.Value)));
            }
        }

        return settings;
    }

    /// <summary>Environment variables hold tokens often enough that they are not published; the digest of the definition covers them.</summary>
    private static JsonElement WithoutEnvironment(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return value;
        }

        var node = JsonNode.Parse(value.GetRawText());
        Remove(node);
        using var document = JsonDocument.Parse(node!.ToJsonString());
        return document.RootElement.Clone();

        static void Remove(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject members:
                    members.Remove("env");
                    members.ToList().ForEach(static m => Remove(m.Value));
                    break;
                case JsonArray items:
                    items.ToList().ForEach(Remove);
                    break;
            }
        }
    }

    private static List<string> FindMissing(RunAccount account, JsonElement status, IReadOnlyList<Pod> pods, string? manager)
    {
        var missing = new List<string>();
        foreach (var job in status.Items("jobsStatus"u8))
        {
            string name = job.Text("name"u8) ?? "";
            if (job.Count("succeeded"u8) + job.Count("failed"u8) > 0 && !pods.Any(p => p.IsOver && p.Labels.Text(ReplicatedJob) == name))
            {
                missing.Add($"Job {name}");
            }
        }

        if (missing.Count > 0)
        {
            string why = manager is null ? "they were deleted, or are in files that were not handed over" : $"they ran where {manager} sent them, most likely in another cluster";
            account.Report(RunProblemCodes.ChildMissing, $"no Pod of {string.Join(", ", missing)} is at hand: {why}. What they recorded and the digests of their images are not in the attestation, which says so.");
        }

        return missing;
    }
}
