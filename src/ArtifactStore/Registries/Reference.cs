using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>
/// Where content is: <c>[registry/]repository[:tag][@digest]</c>, read as docker does. The first part is a registry if it contains a
/// dot or colon or is <c>localhost</c>; otherwise the registry is <c>docker.io</c>, where a name of one part means <c>library/name</c>.
/// </summary>
public sealed record Reference
{
    private const string DockerHub = "docker.io";

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    private Reference(string registry, string repository, string? tag, Digest? digest)
    {
        Registry = registry;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The registry, <c>host[:port]</c> in lower case.</summary>
    public string Registry { get; }

    /// <summary>The repository's name within the registry.</summary>
    public string Repository { get; }

    /// <summary>The tag, if one was written.</summary>
    public string? Tag { get; }

    /// <summary>The digest, if one was written. Where there is one it decides, and the tag is only a remark.</summary>
    public Digest? Digest { get; }

    /// <summary>The registry and repository, without tag and digest.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>What to ask the registry for: the digest, else the tag, else <c>latest</c>.</summary>
    public string TagOrDigest => Digest?.ToString() ?? Tag ?? "latest";

    /// <summary>Reads a reference.</summary>
    /// <exception cref="FormatException">The text is no reference; the message says why.</exception>
    public static Reference Parse(string text) =>
        TryParse(text, out var reference, out string? problem) ? reference : throw new FormatException(problem);

    /// <summary>Reads a reference; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out Reference? reference) =>
        TryParse(text, out reference, out _);

    /// <summary>Reads a reference and says in <paramref name="problem"/> what is wrong when it cannot.</summary>
    public static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out Reference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        problem = null;
        var rest = text;
        Digest? digest = null;
        int at = rest.IndexOf('@');
        if (at >= 0 && !Digest.TryParse(text[(at + 1)..].ToString(), out digest, out string? digestProblem))
        {
            problem = $"\"{text}\" is no reference: {digestProblem}";
            return false;
        }

        rest = at >= 0 ? rest[..at] : rest;
        int slash = rest.IndexOf('/');
        bool named = slash > 0 && IsRegistry(rest[..slash]);
        string registry = named ? rest[..slash].ToString().ToLowerInvariant() : DockerHub;
        var name = named ? rest[(slash + 1)..] : rest;
        string? tag = null;
        int colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf('/'))
        {
            tag = name[(colon + 1)..].ToString();
            name = name[..colon];
        }

        string repository = name.ToString();

        registry = registry == "index.docker.io" ? DockerHub : registry;
        if (registry == DockerHub && !repository.Contains('/', StringComparison.Ordinal))
        {
            repository = $"library/{repository}";
        }

        problem = !IsHost(registry) ? $"\"{text}\" is no reference: \"{registry}\" is no host[:port]"
            : !RepositoryName.IsValid(repository) ? $"\"{text}\" is no reference: a repository name has lower-case letters, digits "
                + "and single separators only"
            : tag is not null && !RepositoryName.IsTag(tag) ? $"\"{text}\" is no reference: a tag has at most 128 letters, digits, "
                + "'_', '.' and '-'"
            : null;
        reference = problem is null ? new Reference(registry, repository, tag, digest) : null;
        return problem is null;
    }

    /// <summary>The same repository at a digest; a tag is dropped.</summary>
    public Reference At(Digest digest) => new(Registry, Repository, tag: null, digest);

    /// <summary>The full reference, registry included.</summary>
    public override string ToString() => $"{Name}{(Tag is null ? "" : $":{Tag}")}{(Digest is null ? "" : $"@{Digest}")}";

    private static bool IsRegistry(ReadOnlySpan<char> text) =>
        text.ContainsAny('.', ':') || text.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private static bool IsHost(ReadOnlySpan<char> text)
    {
        int colon = text.LastIndexOf(':');
        bool isAddress = text.StartsWith("[", StringComparison.Ordinal);
        int end = isAddress ? text.IndexOf(']') + 1 : colon < 0 ? text.Length : colon;
        var port = text[end..];
        if (port.Length > 0 && !(port[0] == ':' && port.Length is > 1 and <= 6
            && int.TryParse(port[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 65535))
        {
            return false;
        }

        return isAddress
            ? end > 2 && !text[1..(end - 1)].Contains('%') && IPAddress.TryParse(text[1..(end - 1)], out _)
            : AreHostLabels(text[..end]);
    }

    private static bool AreHostLabels(ReadOnlySpan<char> host)
    {
        foreach (var range in host.Split('.'))
        {
            var label = host[range];
            if (label.Length is 0 or > 63 || label[0] is '-' || label[^1] is '-' || label.ContainsAnyExcept(HostCharacters))
            {
                return false;
            }
        }

        return true;
    }
}
