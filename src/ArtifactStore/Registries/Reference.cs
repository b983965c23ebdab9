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
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Reference? reference) =>
        TryParse(text, out reference, out _);

    /// <summary>Reads a reference and says in <paramref name="problem"/> what is wrong when it cannot.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text, [NotNullWhen(true)] out Reference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        problem = null;
        string rest = text ?? "";
        Digest? digest = null;
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0 && !Digest.TryParse(rest[(at + 1)..], out digest, out string? digestProblem))
        {
            problem = $"\"{text}\" is no reference: {digestProblem}";
            return false;
        }

        rest = at >= 0 ? rest[..at] : rest;
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        bool named = slash > 0 && IsRegistry(rest[..slash]);
        string registry = named ? rest[..slash].ToLowerInvariant() : DockerHub;
        string repository = named ? rest[(slash + 1)..] : rest;
        string? tag = null;
        int colon = repository.LastIndexOf(':');
        if (colon > repository.LastIndexOf('/'))
        {
            tag = repository[(colon + 1)..];
            repository = repository[..colon];
        }

        registry = registry == "index.docker.io" ? DockerHub : registry;
        if (registry == DockerHub && !repository.Contains('/', StringComparison.Ordinal))
        {
            repository = $"library/{repository}";
        }

        problem = !IsHost(registry) ? $"\"{text}\" is no reference: \"{registry}\" is no host[:port]"
            : !RepositoryName.IsValid(repository) ? $"\"{text}\" is no reference: a repository name has lower-case letters, digits and single separators only"
            : tag is not null && !RepositoryName.IsTag(tag) ? $"\"{text}\" is no reference: a tag has at most 128 letters, digits, '_', '.' and '-'"
            : null;
        reference = problem is null ? new Reference(registry, repository, tag, digest) : null;
        return problem is null;
    }

    /// <summary>The same repository at a digest; a tag is dropped.</summary>
    public Reference At(Digest digest) => new(Registry, Repository, tag: null, digest);

    /// <summary>The full reference, registry included.</summary>
    public override string ToString() => $"{Name}{(Tag is null ? "" : $":{Tag}")}{(Digest is null ? "" : $"@{Digest}")}";

    private static bool IsRegistry(string text) =>
        text.Contains('.', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal)
        || text.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private static bool IsHost(string text)
    {
        int colon = text.LastIndexOf(':');
        bool isAddress = text.StartsWith('[');
        int end = isAddress ? text.IndexOf(']', StringComparison.Ordinal) + 1 : colon < 0 ? text.Length : colon;
        string port = text[end..];
        if (port.Length > 0 && !(port[0] == ':' && port.Length is > 1 and <= 6
            && int.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 65535))
        {
            return false;
        }

        return isAddress
            ? end > 2 && !text[1..(end - 1)].Contains('%', StringComparison.Ordinal) && IPAddress.TryParse(text.AsSpan(1, end - 2), out _)
            : text[..end].Split('.').All(IsHostLabel);
    }

    private static bool IsHostLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(character => char.IsAsciiLetterOrDigit(character) || character == '-');
}
