using System.Diagnostics.CodeAnalysis;

namespace Provenance.ArtifactStore.Registries;

/// <summary>A registry, <c>host[:port]</c>, or the part of one below a path: <c>host[:port]/team</c> holds <c>team</c> and <c>team/app</c>, not <c>teams</c>.</summary>
public sealed record RegistryScope
{
    // A name below the scope's, since Docker Hub reads a name of one part as library/name.
    private const string Any = "/any";

    private RegistryScope(string registry, string? path)
    {
        Registry = registry;
        Path = path;
    }

    /// <summary>The registry, <c>host[:port]</c> in lower case.</summary>
    public string Registry { get; }

    /// <summary>The path that its repositories are at or below; null for all of them.</summary>
    public string? Path { get; }

    /// <summary>Reads a scope and says in <paramref name="problem"/> what is wrong when it cannot.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RegistryScope? scope, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        scope = null;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? text : text[..slash];

        // A first part that a reference would take for a repository of Docker Hub is no registry.
        if (!Reference.TryParse(text + Any, out var reference, out problem))
        {
            return false;
        }

        if (!string.Equals(reference.Registry, host, StringComparison.OrdinalIgnoreCase) || reference.Tag is not null || reference.Digest is not null)
        {
            problem = $"\"{text}\" does not begin with a registry, or has a tag or digest";
            return false;
        }

        scope = new RegistryScope(reference.Registry, slash < 0 ? null : reference.Repository[..^Any.Length]);
        return true;
    }

    /// <summary>Whether a repository is within the scope.</summary>
    public bool Contains(Reference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.Registry == Registry
            && (Path is null || reference.Repository == Path || reference.Repository.StartsWith(Path + '/', StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public override string ToString() => Path is null ? Registry : $"{Registry}/{Path}";
}
