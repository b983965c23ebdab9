using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Argo.Reading;
using Provenance.Watcher.Runs.Pods;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Argo;

/// <summary>Argo Workflows (argoproj.io/v1alpha1), among them the runs of Kubeflow Pipelines v1: what their steps recorded, together.</summary>
internal sealed class WorkflowKind : IRunKind
{
    /// <summary>The build type of Workflows: docs/buildtypes/argo-v1.md.</summary>
    public const string BuildType = "https://provenance.dev/buildtypes/argo/v1";

    private const string Kind = "Workflow";
    private const string ApiVersion = "argoproj.io/v1alpha1";
    private const int MaximumExitCodes = 100;

    public string Platform => "argo";

    public IReadOnlyList<RunResource> Resources { get; } =
        [new() { Group = "argoproj.io", Versions = ["v1alpha1"], Plural = "workflows", Kind = Kind, LabelSelector = WorkflowState.Completed + "=true" }];

    public IReadOnlyList<RunResource> Companions { get; } = [Pod.Resource with { LabelSelector = WorkflowPods.Label }];

    /// <remarks>`argo retry` takes a Workflow up again under its UID.</remarks>
    public bool MayReopen => true;

    public bool MayBeOver(ref readonly ObjectHead head) => WorkflowState.MayBeOver(in head);

    /// <remarks>Exports of old versions and of Kubeflow's UI name no kind.</remarks>
    public bool Recognises(RunDocument document) =>
        document.Kind.Length > 0 || document.ApiVersion.Length > 0
            ? document is { Kind: Kind, ApiVersion: ApiVersion }
            : document.Root.Member("spec"u8).Member("entrypoint"u8).Exists() && document.Root.Member("spec"u8).Member("templates"u8).Exists();

    public CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options)
    {
        var metadata = document.Root.Member("metadata"u8);
        var spec = document.Root.Member("spec"u8);
        var status = document.Root.Member("status"u8);
        var account = new RunAccount(document.Source, ReadIdentity(metadata, status), WorkflowState.Read(document));
        if (account.FindObstacle(options) is { } obstacle)
        {
            account.Problems.Add(obstacle);
            return account.Result(null);
        }

        var nodes = WorkflowNodes.Find(status, account.Identity.Name, out string? incomplete);
        if (incomplete is not null)
        {
            account.Report(RunProblemCodes.EvidenceIncomplete, $"{incomplete}; what it recorded is not known. It is attested when its nodes are at hand: hand it over as the Argo server gives it (argo get -o json).");
            return account.Result(null);
        }

        var finishedOn = WorkflowState.ReadEnd(status);
        var report = new BoundedReport(account);
        var pods = WorkflowPods.Read(document, account, nodes, children, finishedOn, report.Add);
        bool awaitsPods = pods.Missing.Count > 0;
        var records = new WorkflowArtifacts(report.Add);
        foreach (var node in nodes)
        {
            records.Read(node);
        }

        var artifacts = ArtifactRecords.WithoutInternalInputs([.. records.Artifacts, .. pods.Reading.Artifacts]);
        DeclaredArtifacts.Report(nodes, artifacts, report.Add);
        if (!account.HasSubjects(artifacts, WorkflowArtifacts.Advice))
        {
            return account.Result(null, awaitsPods);
        }

        var completed = new CompletedRun
        {
            Identity = account.Identity,
            Outcome = account.Outcome with { ExitCodes = ReadExitCodes(nodes, pods.Reading) },
            StartedOn = status.Time("startedAt"u8),
            FinishedOn = finishedOn,
            BuildType = BuildType,
            Definition = WorkflowDefinition.Read(spec, status),
            Parameters = WorkflowDefinition.ReadParameters(spec),
            Settings = WorkflowDefinition.ReadSettings(spec),
            Environment = WorkflowDefinition.ReadEnvironment(metadata),
            Materials = [.. WorkflowDefinition.ReadTemplates(status), .. pods.Reading.Materials],
            Artifacts = artifacts,
            Results = [.. WorkflowDefinition.ReadResults(status), .. records.Memoizations],
            MissingChildren = pods.Missing,
        };
        return account.Result(completed, awaitsPods);
    }

    private static RunIdentity ReadIdentity(JsonElement metadata, JsonElement status) => new()
    {
        ApiVersion = ApiVersion,
        Kind = Kind,
        Namespace = metadata.Text("namespace"u8) ?? "",
        Name = metadata.Text("name"u8) ?? "",
        Uid = metadata.Text("uid"u8) ?? "",
        Attempt = WorkflowState.ReadAttempt(status),
    };

    /// <summary>What Argo recorded of the nodes, then what the kubelet recorded of their Pods; the codes that are not 0.</summary>
    private static List<KeyValuePair<string, int>> ReadExitCodes(IReadOnlyList<WorkflowNode> nodes, PodReading pods) =>
    [
        .. nodes.Where(static n => n.IsProducer && n.ExitCode is not (null or 0)).Select(static n => new KeyValuePair<string, int>(n.Label, n.ExitCode!.Value))
            .Concat(pods.ExitCodes)
            .DistinctBy(static e => e.Key)
            .Take(MaximumExitCodes),
    ];
}
