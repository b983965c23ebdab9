using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Attesting;

/// <summary>Decides in which repository the attestation of a subject is stored.</summary>
public sealed record AttestationDestination
{
    /// <summary>The repository for every subject that is not stored beside its image; null where there is none.</summary>
    public Reference? Repository { get; init; }

    /// <summary>Whether attestations of images are stored in the image's own repository.</summary>
    public bool BesideImages { get; init; }

    /// <summary>Beside which images attestations are stored; those elsewhere go to <see cref="Repository"/>. Null for all images.</summary>
    public IReadOnlyList<RegistryScope>? Allowed { get; init; }

    /// <summary>
    /// A registry, <c>host[:port]</c>, that receives the attestations of images of other registries under the image's own name; null
    /// where there is none. It serves a store that stands in for registries that it cannot or must not write to.
    /// </summary>
    public string? MirrorRegistry { get; init; }

    /// <summary>The registries, <c>host[:port]</c>, that are named here; all others are named by runs.</summary>
    public IReadOnlySet<string> NamedRegistries => new[] { Repository?.Registry, MirrorRegistry }
        .Concat((Allowed ?? []).Select(static scope => scope.Registry))
        .OfType<string>()
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The repository for a subject; null where none is configured for it.</summary>
    public Reference? For(ResourceDescriptor subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (!ArtifactUri.TryParse(subject.Name ?? subject.Uri, out var uri, out _) || uri.Image is not { } image)
        {
            return Repository;
        }

        if (BesideImages)
        {
            return Allowed is null || Allowed.Any(scope => scope.Contains(image)) ? image : Repository;
        }

        if (MirrorRegistry is null)
        {
            return Repository;
        }

        if (image.Registry == MirrorRegistry)
        {
            return image;
        }

        // The port's colon is not allowed in a repository's name.
        string name = $"{image.Registry.Replace(':', '-').ToLowerInvariant()}/{image.Repository}";
        return Reference.TryParse($"{MirrorRegistry}/{name}", out var mirrored) ? mirrored : Repository;
    }
}
