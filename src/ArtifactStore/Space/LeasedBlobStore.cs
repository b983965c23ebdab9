using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Manifests;

namespace Provenance.ArtifactStore.Space;

/// <summary>The blobs as everybody but their keeper sees them: every look at one is a use of it, and what does not fit is refused.</summary>
internal sealed class LeasedBlobStore(DiskBlobStore blobs, IKeyTable keys, BlobLeases leases, SpaceGuard guard) : IBlobStore
{
    /// <inheritdoc/>
    public async ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken)
    {
        await leases.RenewAsync(digest, cancellationToken).ConfigureAwait(false);
        return await blobs.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IBlobReader?> OpenAsync(Digest digest, CancellationToken cancellationToken)
    {
        await leases.RenewAsync(digest, cancellationToken).ConfigureAwait(false);
        return await blobs.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<bool> WriteAsync(Digest expected, Stream content, long maximumSize, CancellationToken cancellationToken) =>
        WriteAsync(expected, content, maximumSize, [], cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> WriteAsync(
        Digest expected, Stream content, long maximumSize, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        using var hold = await leases.HoldAsync(expected, cancellationToken).ConfigureAwait(false);
        if (await blobs.FindSizeAsync(expected, cancellationToken).ConfigureAwait(false) is null)
        {
            await guard.RequireRoomAsync(cancellationToken).ConfigureAwait(false);
        }

        // Whoever writes it wants it, whatever a repository let go of before.
        string name = expected.ToString();
        IReadOnlyList<KeyChange> all = keys.TryFind(RepositoryKeys.Released, name, out _) ? [.. changes, KeyChange.Remove(RepositoryKeys.Released, name)] : changes;
        return await blobs.WriteAsync(expected, content, maximumSize, all, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken) => blobs.DeleteAsync(digest, cancellationToken);
}
