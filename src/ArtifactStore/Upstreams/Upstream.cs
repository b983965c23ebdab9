using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Upstreams;

/// <summary>A registry whose content is served as that of repositories here.</summary>
public sealed record Upstream
{
    /// <summary>The repositories here, as patterns; those of other upstreams that are named earlier go before them.</summary>
    public required IReadOnlyList<NamePattern> Repositories { get; init; }

    /// <summary>The registry, <c>host[:port]</c>.</summary>
    public required string Registry { get; init; }

    /// <summary>What is taken off a repository's name here, e.g. <c>mirror/docker/</c>; empty for nothing.</summary>
    public string LocalPrefix { get; init; } = "";

    /// <summary>What is put before the rest of the name there, e.g. <c>library/</c>; empty for nothing.</summary>
    public string RemotePrefix { get; init; } = "";

    /// <summary>How long what a tag names, and who refers to a digest, is taken for known.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether the registry is spoken to without encryption; loopback addresses always are.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>The repository there that a repository here stands for; null where this upstream is not asked for it.</summary>
    public Reference? Find(string repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return repository.StartsWith(LocalPrefix, StringComparison.Ordinal)
            && Repositories.Any(pattern => pattern.Covers(repository))
            && Reference.TryParse($"{Registry}/{RemotePrefix}{repository[LocalPrefix.Length..]}", out var reference)
            && reference is { Tag: null, Digest: null }
                ? reference
                : null;
    }
}
