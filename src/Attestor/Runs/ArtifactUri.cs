using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.Attestor.Runs;

/// <summary>
/// Where a recorded artifact is: an absolute URI (RFC 3986), a package URL, or an image reference as registries' clients write it.
/// </summary>
public sealed record ArtifactUri
{
    /// <summary>How long a URI may be, in characters.</summary>
    public const int MaximumLength = 2048;

    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    private ArtifactUri(string text, Reference? image, Digest? pinned)
    {
        Text = text;
        Image = image;
        Pinned = pinned;
    }

    /// <summary>The URI exactly as it was recorded.</summary>
    public string Text { get; }

    /// <summary>The image it names; null for everything that is no image.</summary>
    public Reference? Image { get; }

    /// <summary>The digest that the URI itself carries; null where it carries none.</summary>
    public Digest? Pinned { get; }

    /// <summary>What a subject is called: the image repository for images, else the URI.</summary>
    public string SubjectName => Image?.Name ?? Text;

    /// <summary>Reads a URI; says in <paramref name="problem"/> what is wrong with it when it cannot.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ArtifactUri? uri, [NotNullWhen(false)] out string? problem)
    {
        uri = null;
        problem = text switch
        {
            null or "" => "it has no URI",
            { Length: > MaximumLength } => $"its URI has {text.Length} characters, more than {MaximumLength}",
            _ when text.AsSpan().ContainsAnyInRange('\0', ' ') || text.Contains('\x7f', StringComparison.Ordinal) => $"its URI holds white space or control characters: \"{text.ReplaceLineEndings(" ").Replace('\0', ' ')}\"",
            _ => null,
        };
        if (problem is not null)
        {
            return false;
        }

        uri = Read(text!);
        problem = uri is null ? $"\"{text}\" is neither an absolute URI, a package URL nor an image reference with a registry" : null;
        return problem is null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static ArtifactUri? Read(string text)
    {
        if (StartsWith(text, "oci://", out string? rest) || StartsWith(text, "docker://", out rest))
        {
            return ReadImage(text, rest);
        }

        if (StartsWith(text, "pkg:oci/", out rest) || StartsWith(text, "pkg:docker/", out rest))
        {
            return ReadPackageUrl(text, rest);
        }

        return ReadImage(text, text) ?? (HasScheme(text) ? new ArtifactUri(text, null, null) : null);
    }

    private static bool StartsWith(string text, string prefix, out string rest)
    {
        bool matches = text.StartsWith(prefix, StringComparison.Ordinal);
        rest = matches ? text[prefix.Length..] : "";
        return matches;
    }

    private static ArtifactUri? ReadImage(string text, string image)
    {
        // A bare name such as "app" would be read as an image of the default registry, which is a guess that no record may rest on.
        int slash = image.IndexOf('/', StringComparison.Ordinal);
        bool hasRegistry = slash > 0 && (image.AsSpan(0, slash).ContainsAny('.', ':') || image.AsSpan(0, slash).SequenceEqual("localhost"));
        return hasRegistry && Reference.TryParse(image, out var reference)
            ? new ArtifactUri(text, reference, reference.Digest)
            : null;
    }

    /// <summary>Reads <c>name[@digest][?repository_url=…]</c> of the package URL types oci and docker; without a repository it names no image.</summary>
    private static ArtifactUri ReadPackageUrl(string text, string rest)
    {
        int fragment = rest.IndexOf('#', StringComparison.Ordinal);
        string[] parts = (fragment < 0 ? rest : rest[..fragment]).Split('?', 2);
        string[] nameAndVersion = parts[0].Split('@', 2);
        string name = nameAndVersion[0][(nameAndVersion[0].LastIndexOf('/') + 1)..];
        Digest? pinned = nameAndVersion.Length > 1 && Digest.TryParse(Uri.UnescapeDataString(nameAndVersion[1]), out var digest) ? digest : null;
        string? repository = parts.Length < 2 ? null : parts[1].Split('&')
            .Where(static q => q.StartsWith("repository_url=", StringComparison.Ordinal))
            .Select(static q => Uri.UnescapeDataString(q["repository_url=".Length..]).TrimEnd('/'))
            .FirstOrDefault();
        if (repository is null)
        {
            return new ArtifactUri(text, null, pinned);
        }

        // Both customs are met: the repository with and without the image's own name.
        string image = repository.EndsWith("/" + name, StringComparison.Ordinal) ? repository : $"{repository}/{name}";
        var read = ReadImage(text, image);
        return new ArtifactUri(text, read?.Image, pinned);
    }

    private static bool HasScheme(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1 && char.IsAsciiLetter(text[0]) && !text.AsSpan(0, colon).ContainsAnyExcept(SchemeCharacters);
    }
}
