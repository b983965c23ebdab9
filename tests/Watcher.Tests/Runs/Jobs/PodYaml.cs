using System.Text.Json;

namespace Provenance.Watcher.Tests.Runs.Jobs;

/// <summary>Writes Pods and the records that their containers leave.</summary>
internal static class PodYaml
{
    public const string Image = "registry.example.com/train@sha256:" + AllKinds.Hex;

    /// <summary>A record of one output that is a subject.</summary>
    public static string Record(string name = "model", char digit = 'b', string list = "outputs", bool isSubject = true) =>
        $$$"""{"{{{list}}}": [{"name": "{{{name}}}", {{{(isSubject ? "\"buildOutput\": true, " : "")}}}"values": [{"uri": "oci://registry.example.com/{{{name}}}", "digest": {"sha256": "{{{new string(digit, 64)}}}"}}]}]}""";

    public static string Pod(
        string name,
        string? owner = "j-1",
        string? message = null,
        string phase = "Succeeded",
        string imageId = Image,
        string terminated = "exitCode: 0, reason: Completed",
        string labels = "{}",
        string created = "2026-05-04T10:00:00Z",
        string metadata = "annotations: {}") => $$"""
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: {{name}}
          namespace: ml
          uid: uid-of-{{name}}
          creationTimestamp: "{{created}}"
          labels: {{labels}}
          {{(owner is null ? "ownerReferences: []" : $"ownerReferences: [{{uid: {owner}, controller: true}}]")}}
          {{metadata}}
        spec: {restartPolicy: Never, containers: [{name: train, image: "registry.example.com/train:v3"}]}
        status:
          phase: {{phase}}
          startTime: "2026-05-04T10:00:01Z"
          containerStatuses:
          - name: train
            imageID: "{{imageId}}"
            state: {terminated: { {{terminated}}, finishedAt: "2026-05-04T10:03:59Z", message: {{JsonSerializer.Serialize(message ?? "done")}} } }

        """;
}
