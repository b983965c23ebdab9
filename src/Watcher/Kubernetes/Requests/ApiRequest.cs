namespace Provenance.Watcher.Kubernetes.Requests;

/// <summary>One request to an API server, with the words by which people and metrics know it.</summary>
internal sealed class ApiRequest
{
    /// <summary>get, list, watch, create, update, patch or apply.</summary>
    public required string Verb { get; init; }

    /// <summary>The resource: <c>taskruns.tekton.dev</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>Which object or objects, for people.</summary>
    public required string Target { get; init; }

    public required HttpMethod Method { get; init; }

    /// <summary>Path and query, relative to the root of the API.</summary>
    public required string Path { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The type of the body; null where there is none.</summary>
    public string? ContentType { get; init; }

    /// <summary>How long headers, and for objects everything, may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    public bool IsWatch => Verb is "watch";

    public override string ToString() => $"{Verb} {Target}";
}
