using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Manifests;

namespace Provenance.ArtifactStore.Space;

/// <summary>Does what a plan says, a blob at a time and many at once: first every name of the blob goes, then the blob.</summary>
internal sealed class Sweep(StoreLog log, DiskBlobStore blobs, CacheKeys caches, BlobLeases leases)
{
    private const int AtOnce = 128;

    /// <summary>Does it. What is in use by now, or was used since the plan was begun, stays as it is.</summary>
    public async Task<SweepResult> RunAsync(CollectionPlan plan, uint cutoff, IProgress<CollectionProgress>? progress, CancellationToken cancellationToken)
    {
        var result = new SweepResult();
        int done = 0;
        foreach (var part in plan.Removals.Values.Chunk(AtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.WhenAll(part.Select(removal => RemoveAsync(removal, cutoff, result))).ConfigureAwait(false);
            progress?.Report(new CollectionProgress("removing", done += part.Length, plan.Removals.Count));
        }

        foreach (var part in plan.Dangling.Chunk(AtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool[] removed = await Task.WhenAll(part.Select(RemoveAsync)).ConfigureAwait(false);
            result.CountKeys(removed.Count(static isRemoved => isRemoved));
        }

        return result;
    }

    private async Task RemoveAsync(Removal removal, uint cutoff, SweepResult result)
    {
        if (!leases.TryClaim(removal.Digest, cutoff))
        {
            return;
        }

        try
        {
            // One at a time, so that a key that means something else by now stays without the others.
            bool[] removed = await Task.WhenAll(removal.Keys.Select(key => RemoveAsync(key.Table, key.Name, removal.Digest))).ConfigureAwait(false);
            result.CountKeys(removed.Count(static isRemoved => isRemoved));
            List<KeyChange> changes = [.. removal.Links.Select(link => KeyChange.Remove(new RepositoryKeys(link).Blobs, removal.Digest.ToString()))];
            if (removal.IsReleased)
            {
                changes.Add(KeyChange.Remove(RepositoryKeys.Released, removal.Digest.ToString()));
            }

            foreach (var part in changes.Chunk(AtOnce))
            {
                await log.CommitAsync(LogUnit.OfChanges(part)).ConfigureAwait(false);
            }

            result.CountLinks(removal.Links.Count);
            if (removal.Reason is { } reason && await blobs.DeleteAsync(removal.Digest, CancellationToken.None).ConfigureAwait(false))
            {
                result.Count(reason, removal.Blob.Place.Size);
            }
        }
        finally
        {
            leases.EndClaim(removal.Digest);
        }
    }

    private async Task<bool> RemoveAsync(string table, string name, Digest digest)
    {
        await log.CommitAsync(LogUnit.OfRemoval([KeyChange.Remove(table, name)], () => caches.Find(table, name) == digest)).ConfigureAwait(false);
        return caches.Find(table, name) is null;
    }

    private async Task<bool> RemoveAsync((string Table, string Name, BlobKey Blob) key)
    {
        await log.CommitAsync(LogUnit.OfRemoval(
            [KeyChange.Remove(key.Table, key.Name)],
            () => caches.Find(key.Table, key.Name) is { } digest && BlobKey.Of(digest) == key.Blob && !log.TryFind(key.Blob, out _, out _))).ConfigureAwait(false);
        return caches.Find(key.Table, key.Name) is null;
    }
}
