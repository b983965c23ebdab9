using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Kubernetes;

/// <summary>A kind of object as this server serves it.</summary>
public sealed record ServedResource
{
    /// <summary>What was asked for.</summary>
    public required RunResource Resource { get; init; }

    /// <summary>The first of the resource's versions that the server has, such as <c>v1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The namespace; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>The group and version as objects state them: <c>tekton.dev/v1</c>, or <c>v1</c> in the core group.</summary>
    public string ApiVersion => Resource.Group.Length is 0 ? Version : $"{Resource.Group}/{Version}";
}
