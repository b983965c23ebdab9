using System.Text.Json;

namespace Provenance.Watcher.Documents;

/// <summary>One object of a run file, stream or API answer, with its origin for people.</summary>
/// <param name="Source">The file and, where it holds several, the position: <c>runs.yaml#2</c>.</param>
/// <param name="Root">The object.</param>
public sealed record RunDocument(string Source, JsonElement Root)
{
    /// <summary>The API group and version; empty where the document names none.</summary>
    public string ApiVersion => Root.Text("apiVersion"u8) ?? "";

    /// <summary>The kind; empty where the document names none.</summary>
    public string Kind => Root.Text("kind"u8) ?? "";
}
