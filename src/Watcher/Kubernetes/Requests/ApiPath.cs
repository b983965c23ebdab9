namespace Provenance.Watcher.Kubernetes.Requests;

/// <summary>Writes the paths of an API server; what comes from outside stays one segment.</summary>
internal static class ApiPath
{
    /// <summary>The path of a collection.</summary>
    /// <exception cref="ArgumentException">A part is no path segment.</exception>
    public static string Of(string group, string version, string? @namespace, string plural)
    {
        string root = group.Length is 0 ? $"api/{Segment(version)}" : $"apis/{Segment(group)}/{Segment(version)}";
        return @namespace is null ? $"{root}/{Segment(plural)}" : $"{root}/namespaces/{Segment(@namespace)}/{Segment(plural)}";
    }

    /// <summary>The path of an object, or of the collection where it has no name.</summary>
    /// <exception cref="ArgumentException">A part is no path segment.</exception>
    public static string Of(ObjectAddress address)
    {
        string path = Of(address.Group, address.Version, address.Namespace, address.Plural);
        path = address.Name.Length is 0 ? path : $"{path}/{Segment(address.Name)}";
        return address.Subresource is null ? path : $"{path}/{Segment(address.Subresource)}";
    }

    private static string Segment(string text) => text.Length is > 0 and <= 253 && text is not ("." or "..") && !text.AsSpan().ContainsAny("/\\%?#")
        ? Uri.EscapeDataString(text)
        : throw new ArgumentException($"\"{text}\" can be no part of the path of an object.", nameof(text));
}
