using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs;

/// <summary>Where a Kubernetes API server serves a kind of object, and which of them concern us.</summary>
public sealed record RunResource
{
    /// <summary>The API group, such as <c>tekton.dev</c>; empty for the core group.</summary>
    public required string Group { get; init; }

    /// <summary>The versions that can be read, the preferred one first.</summary>
    public required IReadOnlyList<string> Versions { get; init; }

    /// <summary>The plural name in paths, such as <c>taskruns</c>.</summary>
    public required string Plural { get; init; }

    /// <summary>The kind, such as <c>TaskRun</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>A label selector that leaves out what cannot concern us, on the server's side; null where the platform sets no such label.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Whether a document is an object of this resource, in one of the versions that can be read.</summary>
    public bool Serves(RunDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document.Kind == Kind && Versions.Any(v => document.ApiVersion == (Group.Length is 0 ? v : $"{Group}/{v}"));
    }

    /// <summary>How people write it: <c>taskruns.tekton.dev</c>.</summary>
    public override string ToString() => Group.Length is 0 ? Plural : $"{Plural}.{Group}";
}
