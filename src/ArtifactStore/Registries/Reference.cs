using System.Diagnostics.CodeAnalysis;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>placeholder, replaced at merge</summary>
public sealed record Reference
{
    /// <summary>x</summary>
    public required string Registry { get; init; }
    /// <summary>x</summary>
    public required string Repository { get; init; }
    /// <summary>x</summary>
    public string? Tag { get; init; }
    /// <summary>x</summary>
    public Digest? Digest { get; init; }

    /// <summary>x</summary>
    public static Reference Parse(string text) => TryParse(text, out var r) ? r : throw new FormatException(text);

    /// <summary>x</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Reference? reference)
    {
        reference = null;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        Digest? digest = null;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            if (!Digests.Digest.TryParse(text[(at + 1)..], out digest))
            {
                return false;
            }

            text = text[..at];
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : text[..slash];
        bool host = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";
        string registry = host ? first : "index.docker.io";
        string rest = host ? text[(slash + 1)..] : slash < 0 ? "library/" + text : text;
        string? tag = null;
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
        }

        if (rest.Length is 0 || rest.Any(static c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-' or '/')) || rest.Contains("//", StringComparison.Ordinal))
        {
            return false;
        }

        reference = new Reference { Registry = registry, Repository = rest, Tag = tag, Digest = digest };
        return true;
    }
}
