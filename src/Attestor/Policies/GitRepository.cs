using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Provenance.Attestor.Policies;

/// <summary>
/// A git repository's address in the one form in which addresses are compared: lower-case scheme and host, no default port, no
/// <c>.git</c>. Anything that could be read in two ways is refused: user names, percent escapes, dot or empty segments, queries,
/// characters outside ASCII.
/// </summary>
internal sealed record GitRepository
{
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");
    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/+");

    private GitRepository(string address) => Address = address;

    /// <summary>The normalised address.</summary>
    public string Address { get; }

    /// <summary>Reads an address, with or without <c>git+</c> before it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GitRepository? repository)
    {
        repository = null;
        string rest = text.StartsWith("git+", StringComparison.Ordinal) ? text[4..] : text;
        int schemeEnd = rest.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd < 0)
        {
            return false;
        }

        string scheme = rest[..schemeEnd].ToLowerInvariant();
        string? defaultPort = scheme switch { "https" => ":443", "http" => ":80", "ssh" => ":22", "git" => ":9418", _ => null };
        rest = rest[(schemeEnd + 3)..];
        int hostEnd = rest.IndexOf('/', StringComparison.Ordinal);
        if (defaultPort is null || hostEnd < 1)
        {
            return false;
        }

        string host = rest[..hostEnd].ToLowerInvariant();
        string path = rest[hostEnd..].TrimEnd('/') is var trimmed && rest.Length - hostEnd - trimmed.Length <= 1 ? trimmed : "";
        path = path.EndsWith(".git", StringComparison.Ordinal) ? path[..^4] : path;
        host = host.EndsWith(defaultPort, StringComparison.Ordinal) ? host[..^defaultPort.Length] : host;
        if (!IsHost(host) || !IsPath(path))
        {
            return false;
        }

        repository = new GitRepository($"{scheme}://{host}{path}");
        return true;
    }

    /// <summary>
    /// Reads a source URI, <c>git+https://host/path</c> with or without <c>@ref</c> (the form of SPDX download locations); the reference
    /// has to be fully qualified.
    /// </summary>
    public static bool TryParseSource(string uri, [NotNullWhen(true)] out GitRepository? repository, out string? reference)
    {
        repository = null;
        int at = uri.IndexOf('@', StringComparison.Ordinal);
        reference = at < 0 ? null : uri[(at + 1)..];
        return uri.StartsWith("git+", StringComparison.Ordinal)
            && (reference is null || IsReference(reference))
            && TryParse(at < 0 ? uri : uri[..at], out repository);
    }

    /// <summary>Whether a text is a fully qualified reference name (git-check-ref-format, the rules that matter for comparing).</summary>
    public static bool IsReference(string text) =>
        text.StartsWith("refs/", StringComparison.Ordinal)
        && text.Split('/').All(static segment => segment is not "" && segment[0] is not '.' && !segment.EndsWith(".lock", StringComparison.Ordinal))
        && !text.Contains("..", StringComparison.Ordinal)
        && !text.EndsWith('.')
        && text.All(static c => c is > ' ' and not ('\x7f' or '~' or '^' or ':' or '?' or '*' or '[' or '\\' or '@'));

    /// <inheritdoc/>
    public override string ToString() => Address;

    private static bool IsHost(string host)
    {
        int colon = host.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? host : host[..colon];
        return name.Length > 0
            && !name.AsSpan().ContainsAnyExcept(HostCharacters)
            && name[0] is not '.' && name[^1] is not '.' && !name.Contains("..", StringComparison.Ordinal)
            && (colon < 0 || (host.Length - colon is >= 2 and <= 6 && host.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0));
    }

    private static bool IsPath(string path) =>
        path.Length > 1
        && !path.AsSpan().ContainsAnyExcept(PathCharacters)
        && path[1..].Split('/').All(static segment => segment is not ("" or "." or ".."));
}
