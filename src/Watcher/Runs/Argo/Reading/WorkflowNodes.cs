using System.Text.Json;
using Provenance.Attestor.Envelopes;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Argo.Compression;

namespace Provenance.Watcher.Runs.Argo.Reading;

/// <summary>
/// Finds the nodes of a Workflow: as they are in <c>status.nodes</c>, packed in <c>status.compressedNodes</c>, or not in the object at all,
/// as Argo keeps the nodes of large Workflows in a database when it is told to.
/// </summary>
internal static class WorkflowNodes
{
    /// <summary>How many characters of base64 are read.</summary>
    private const int LongestPacked = 16 * 1024 * 1024;

    /// <summary>Finds the nodes, in the order in which they were started, then by name.</summary>
    /// <param name="status">The Workflow's status.</param>
    /// <param name="workflow">The Workflow's name.</param>
    /// <param name="problem">Why they cannot be had; null where they can. A Workflow that ended before its first step has none.</param>
    public static IReadOnlyList<WorkflowNode> Find(JsonElement status, string workflow, out string? problem)
    {
        problem = null;
        var nodes = status.Member("nodes"u8);
        if (!(nodes.ValueKind is JsonValueKind.Object && nodes.GetPropertyCount() > 0))
        {
            if (status.Text("compressedNodes"u8) is { Length: > 0 } packed)
            {
                nodes = Unpack(packed, out problem);
            }
            else if (status.Text("offloadNodeStatusVersion"u8) is { Length: > 0 } version)
            {
                problem = $"its nodes are not in the object but in Argo's database (offloadNodeStatusVersion {version})";
            }
        }

        var found = new List<WorkflowNode>();
        foreach (var node in nodes.ValueKind is JsonValueKind.Object ? nodes.EnumerateObject() : default)
        {
            if (node.Value.ValueKind is JsonValueKind.Object)
            {
                found.Add(new WorkflowNode(node.Name, node.Value, workflow));
            }
        }

        return
        [
            .. found.OrderBy(static n => n.StartedAt ?? DateTimeOffset.MaxValue)
                .ThenBy(static n => n.Name, StringComparer.Ordinal)
                .ThenBy(static n => n.Id, StringComparer.Ordinal),
        ];
    }

    private static JsonElement Unpack(string packed, out string? problem)
    {
        problem = null;
        if (packed.Length > LongestPacked)
        {
            problem = $"its compressedNodes have {packed.Length} characters, more than {LongestPacked}";
            return default;
        }

        try
        {
            if (!StrictBase64.TryDecode(packed, out byte[]? bytes))
            {
                problem = "its compressedNodes are no base64";
            }
            else if (EmbeddedJson.TryRead(NodeCompression.Decompress(bytes), out var nodes))
            {
                return nodes;
            }
            else
            {
                problem = "its compressedNodes hold no JSON object";
            }
        }
        catch (InvalidDataException e)
        {
            problem = $"its compressedNodes cannot be unpacked: {e.Message}";
        }

        return default;
    }
}
