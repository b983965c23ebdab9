using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Collecting;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Argo;

namespace Provenance.Watcher.Tests.Runs.Argo;

/// <summary>Reads Workflows of the test data and of text.</summary>
internal static class ArgoRuns
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "runs");

    public static readonly CollectOptions Unsuccessful = CollectOptions.Default with { AttestUnsuccessful = true };

    public static string Hex(char digit) => new(digit, 64);

    public static RunDocument Read(string name) => DocumentReader.Read(name, File.ReadAllBytes(Path.Combine(Folder, name)))[0];

    public static RunDocument Parse(JsonNode json) => TestRuns.Parse(json.ToJsonString())[0];

    public static Task<CollectedRun> CollectAsync(RunDocument document, IEnumerable<RunDocument>? pods = null, CollectOptions? options = null) =>
        new CollectRunHandler([new WorkflowKind()]).Handle(new CollectRun(document, new ChildRuns(pods ?? []), options ?? CollectOptions.Default), CancellationToken.None);

    /// <summary>Collects a Workflow; the Pods are at hand.</summary>
    public static Task<CollectedRun> CollectAsync(JsonNode workflow, params JsonNode[] pods) => CollectAsync(Parse(workflow), pods.Select(Parse));

    /// <summary>A Workflow <c>build</c> that is over, in a graph of which the task <c>image</c> ran in a Pod and recorded an image.</summary>
    public static JsonObject Workflow() => JsonNode.Parse($$$"""
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow",
         "metadata": {"name": "build", "namespace": "ci", "uid": "u-1", "creationTimestamp": "2026-01-01T00:00:00Z",
           "annotations": {"workflows.argoproj.io/pod-name-format": "v2"},
           "labels": {"workflows.argoproj.io/completed": "true", "workflows.argoproj.io/phase": "Succeeded"}},
         "spec": {"entrypoint": "main", "arguments": {"parameters": [{"name": "branch", "value": "main"}]}, "serviceAccountName": "builder",
           "templates": [{"name": "main"}, {"name": "kaniko"}]},
         "status": {"phase": "Succeeded", "startedAt": "2026-01-01T00:00:01Z", "finishedAt": "2026-01-01T00:01:00Z",
           "nodes": {
             "build": {"id": "build", "name": "build", "type": "DAG", "phase": "Succeeded", "templateName": "main", "startedAt": "2026-01-01T00:00:01Z"},
             "build-77": {"id": "build-77", "name": "build.image", "type": "Pod", "phase": "Succeeded", "templateName": "kaniko", "startedAt": "2026-01-01T00:00:02Z",
               "outputs": {"exitCode": "0", "parameters": [{"name": "provenance-artifacts", "value": "{{{Record('a').Replace("\"", "\\\"", StringComparison.Ordinal)}}}"}]} } } } }
        """)!.AsObject();

    /// <summary>What a step writes that made an image.</summary>
    public static string Record(char digit, string name = "image") =>
        $$$"""{"outputs":[{"name":"{{{name}}}","buildOutput":true,"values":[{"uri":"oci://registry.example.com/app","digest":{"sha256":"{{{Hex(digit)}}}"}}]}]}""";

    /// <summary>The Pod of the task <c>image</c>.</summary>
    public static JsonObject Pod() => JsonNode.Parse($$$"""
        {"apiVersion": "v1", "kind": "Pod",
         "metadata": {"name": "build-kaniko-77", "namespace": "ci", "uid": "p-1", "creationTimestamp": "2026-01-01T00:00:02Z",
           "labels": {"workflows.argoproj.io/workflow": "build"}, "annotations": {"workflows.argoproj.io/node-id": "build-77"},
           "ownerReferences": [{"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "name": "build", "uid": "u-1", "controller": true}]},
         "spec": {"containers": [{"name": "main"}, {"name": "wait"}]},
         "status": {"phase": "Succeeded", "containerStatuses": [
           {"name": "main", "imageID": "registry.example.com/kaniko@sha256:{{{Hex('b')}}}", "state": {"terminated": {"exitCode": 0} } },
           {"name": "wait", "imageID": "docker-pullable://quay.io/argoproj/argoexec@sha256:{{{Hex('c')}}}", "state": {"terminated": {"exitCode": 0} } }]} }
        """)!.AsObject();

    /// <summary>The node of the task <c>image</c>.</summary>
    public static JsonObject ImageNode(JsonObject workflow) => workflow["status"]!["nodes"]!["build-77"]!.AsObject();

    public static IEnumerable<string> Codes(CollectedRun collected) => collected.Problems.Select(static p => p.Code);

    public static RunProblem Problem(CollectedRun collected, string code) => collected.Problems.Should().ContainSingle(p => p.Code == code).Which;
}
