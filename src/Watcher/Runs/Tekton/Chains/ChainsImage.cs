using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Provenance.ArtifactStore.Digests;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>
/// An image reference with a digest as Chains reads it: lenient about names, SHA-256 only. It is not read by the strict reference type,
/// as the names must come out as Chains writes them: <c>abc</c> is <c>index.docker.io/library/abc</c>, and a scheme stays in the name.
/// </summary>
internal static class ChainsImage
{
    private const string DefaultRegistry = "index.docker.io";

    private static readonly SearchValues<char> RepositoryCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-./");
    private static readonly SearchValues<char> TagCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    private static readonly SearchValues<char> RegistryCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=");

    /// <summary>Reads <c>[registry/]repository[:tag]@sha256:hex</c>; the tag is dropped.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? repository, [NotNullWhen(true)] out Digest? digest, [NotNullWhen(false)] out string? problem)
    {
        repository = null;
        digest = null;
        string[] parts = text.Split('@');
        if (parts.Length is not 2)
        {
            problem = "it is no repository@digest";
            return false;
        }

        if (!parts[1].StartsWith("sha256:", StringComparison.Ordinal))
        {
            problem = "Chains knows images by sha256 only";
            return false;
        }

        if (!Digest.TryParse(parts[1], out digest, out problem))
        {
            return false;
        }

        repository = ReadRepository(parts[0]);
        problem = repository is null ? "its repository is not one" : null;
        return repository is not null;
    }

    private static string? ReadRepository(string name)
    {
        int colon = name.LastIndexOf(':');
        if (colon >= 0 && !name.AsSpan(colon).Contains('/'))
        {
            var tag = name.AsSpan(colon + 1);
            if (tag.Length is 0 or > 128 || tag.ContainsAnyExcept(TagCharacters))
            {
                return null;
            }

            name = name[..colon];
        }

        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : name[..slash];
        bool hasRegistry = first is "localhost" || first.AsSpan().ContainsAny('.', ':');
        string registry = !hasRegistry || first is "docker.io" ? DefaultRegistry : first;
        string repository = hasRegistry ? name[(slash + 1)..] : name;
        if (repository.Length is < 2 or > 255 || repository.AsSpan().ContainsAnyExcept(RepositoryCharacters) || !IsAuthority(registry))
        {
            return null;
        }

        return registry is DefaultRegistry && !repository.Contains('/', StringComparison.Ordinal) ? $"{registry}/library/{repository}" : $"{registry}/{repository}";
    }

    /// <summary>Whether it can stand before the first slash: a host and, perhaps, a port, which may be empty.</summary>
    private static bool IsAuthority(string registry)
    {
        int colon = registry.LastIndexOf(':');
        var host = colon < 0 ? registry : registry.AsSpan(0, colon);
        var port = colon < 0 ? default : registry.AsSpan(colon + 1);
        return !host.ContainsAnyExcept(RegistryCharacters) && !port.ContainsAnyExceptInRange('0', '9');
    }
}
