using System.Text;
using System.Text.Json;
using Provenance.Watcher.Runs.Argo.Compression;

namespace Provenance.Watcher.Tests.Runs.Argo.Reading;

/// <summary>The JSON that a Workflow's <c>compressedNodes</c> hold.</summary>
internal static class UnpackedNodes
{
    public static string Of(JsonElement workflow) =>
        Encoding.UTF8.GetString(NodeCompression.Decompress(workflow.GetProperty("status").GetProperty("compressedNodes").GetBytesFromBase64()).Span);
}
