using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Upstreams;

/// <summary>Takes content from a repository of an upstream into one here. What does not hash to its name is not stored.</summary>
/// <remarks>All methods throw <see cref="RegistryException"/> when the upstream is away, refuses or lies.</remarks>
internal sealed class UpstreamContent(IBlobStore blobs, ManifestStore manifests, BlobLimits limits)
{
    /// <summary>Whether a repository holds a manifest whose bytes can be served.</summary>
    public async ValueTask<bool> HasManifestAsync(string repository, Digest digest, CancellationToken cancellationToken) =>
        manifests.HasManifest(repository, digest) && await blobs.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Takes a blob over unless it is here; false where the upstream has none.</summary>
    /// <remarks>It is read in full even where another repository here holds it: only the bytes prove that the upstream has them too.</remarks>
    public async Task<bool> FetchBlobAsync(string repository, IRepository source, Digest digest, CancellationToken cancellationToken)
    {
        if (await manifests.HasBlobAsync(repository, digest, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        if (await source.OpenBlobAsync(digest, limits.MaximumBlobSize, cancellationToken).ConfigureAwait(false) is not { } content)
        {
            return false;
        }

        await using (content.ConfigureAwait(false))
        {
            try
            {
                await blobs.WriteAsync(digest, content, limits.MaximumBlobSize, manifests.Link(repository, digest), cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (BlobException exception)
            {
                throw Lie($"Upstream {source.Name} answers other content when asked for blob {digest}", exception);
            }
        }
    }

    /// <summary>Takes a manifest over unless it is here; null where the upstream has none.</summary>
    public async Task<ManifestDocument?> FetchManifestAsync(string repository, IRepository source, Digest digest, IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        if (await source.FetchManifestAsync(digest, cancellationToken).ConfigureAwait(false) is not { } fetched)
        {
            return null;
        }

        try
        {
            var document = ManifestDocument.Parse(fetched.Content, fetched.Descriptor.MediaType);
            await manifests.PutAsync(repository, digest, document, fetched.Content, tags, cancellationToken).ConfigureAwait(false);
            return document;
        }
        catch (ManifestFormatException exception)
        {
            throw Lie($"What upstream {source.Name} has as manifest {digest} is none", exception);
        }
    }

    /// <summary>Makes a tag name what it names in the upstream now; false where it has no such tag, and then there is none here either.</summary>
    public async Task<bool> FetchTagAsync(string repository, IRepository source, string tag, CancellationToken cancellationToken)
    {
        var found = await source.ResolveAsync(tag, cancellationToken).ConfigureAwait(false);
        if (found is null)
        {
            await manifests.DeleteTagAsync(repository, tag, cancellationToken).ConfigureAwait(false);
            return false;
        }

        if (!await HasManifestAsync(repository, found.Digest, cancellationToken).ConfigureAwait(false))
        {
            return await FetchManifestAsync(repository, source, found.Digest, [tag], cancellationToken).ConfigureAwait(false) is not null;
        }

        if (await manifests.FindTagAsync(repository, tag, cancellationToken).ConfigureAwait(false) != found.Digest)
        {
            await manifests.TagAsync(repository, tag, found.Digest, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private static RegistryException Lie(string what, Exception exception) =>
        new("DIGEST_LIE", $"{what}. Nothing of it was stored. Do not use this registry before it is repaired.", isTransient: false, exception);
}
