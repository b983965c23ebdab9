using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Argo.Reading;

/// <summary>
/// Reports the output artifacts that Argo stored and nobody recorded. Their location says nothing about their content: a key can be
/// written again, and an ETag is no SHA-256.
/// </summary>
internal static class DeclaredArtifacts
{
    private const int MostNames = 20;

    private static readonly string[] Locations = ["s3", "gcs", "oss", "azure", "hdfs", "artifactory", "http", "git", "raw", "plugin"];
    private static readonly string[] Keys = ["key", "path", "blob", "url", "repo"];

    /// <summary>Reports each name once.</summary>
    public static void Report(IReadOnlyList<WorkflowNode> nodes, IReadOnlyList<RecordedArtifact> recorded, Action<string, string> report)
    {
        var known = recorded.Select(static a => a.Name).ToHashSet(StringComparer.Ordinal);
        var declared = nodes.Where(static n => n.IsProducer && !n.IsMemoized)
            .SelectMany(static n => n.Outputs.Items("artifacts"u8).Select(a => (Node: n, Name: a.Text("name"u8) ?? "", Artifact: a)))
            .Where(d => d.Name.Length > 0 && !IsLog(d.Name, d.Artifact) && !known.Contains(d.Name))
            .GroupBy(static d => d.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var artifacts in declared.Take(MostNames))
        {
            var (node, name, artifact) = artifacts.First();
            int others = artifacts.Count() - 1;
            string where = others is 0 ? $"node {node.Label}" : $"node {node.Label} and {others} other{(others is 1 ? "" : "s")}";
            string deleted = artifacts.Any(static a => a.Artifact.IsTrue("deleted"u8)) ? " Argo has deleted it since." : "";
            report(
                RunProblemCodes.ArtifactDigest,
                $"{where}: output artifact \"{name}\" ({Describe(artifact)}) is not attested: Argo recorded where it is and not its digest.{deleted} Let the step record it in its output parameter {WorkflowArtifacts.Parameter}.");
        }

        if (declared.Count > MostNames)
        {
            report(RunProblemCodes.ArtifactDigest, $"{declared.Count - MostNames} more output artifacts are not attested for the same reason.");
        }
    }

    /// <summary>Argo stores the logs of containers as artifacts called <c>main-logs</c> and the like.</summary>
    private static bool IsLog(string name, JsonElement artifact) =>
        name.EndsWith("-logs", StringComparison.Ordinal)
        && (artifact.IsTrue("archiveLogs"u8) || Locations.Any(l => Member(artifact, l).Text("key"u8)?.EndsWith(".log", StringComparison.Ordinal) is true));

    private static string Describe(JsonElement artifact)
    {
        foreach (string location in Locations)
        {
            if (Member(artifact, location) is { ValueKind: JsonValueKind.Object } found)
            {
                string? key = Keys.Select(k => Member(found, k)).Where(static k => k.ValueKind is JsonValueKind.String).Select(static k => k.GetString()).FirstOrDefault();
                return key is null ? location : $"{location} {key}";
            }
        }

        return "in the default repository";
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;
}
