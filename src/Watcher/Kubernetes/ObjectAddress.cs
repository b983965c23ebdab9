namespace Provenance.Watcher.Kubernetes;

/// <summary>Where an API server serves one object.</summary>
public sealed record ObjectAddress
{
    /// <summary>The API group; empty for the core group.</summary>
    public required string Group { get; init; }

    /// <summary>The version, such as <c>v1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The plural name, such as <c>leases</c>.</summary>
    public required string Plural { get; init; }

    /// <summary>The object's name; empty for the collection, into which objects are created.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace; null for an object that has none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The part of the object, such as <c>status</c>; null for the whole.</summary>
    public string? Subresource { get; init; }

    /// <summary>How people write it: <c>leases.coordination.k8s.io ns/name</c>.</summary>
    public override string ToString()
    {
        string resource = Group.Length is 0 ? Plural : $"{Plural}.{Group}";
        resource = Subresource is null ? resource : $"{resource}/{Subresource}";
        return Namespace is null ? $"{resource} {Name}".TrimEnd() : $"{resource} {Namespace}/{Name}";
    }
}
