using System.Text;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Manifests;

namespace Provenance.ArtifactStore.Space;

/// <summary>
/// Removes manifests that were neither pushed nor pulled for the lifetime of their repository. What an index that stays lists stays, and
/// so do the referrers of what stays.
/// </summary>
internal sealed class ManifestExpiry(StoreLog log, IKeyTable keys, DiskBlobStore blobs, ReferenceMark mark, BlobLeases leases, SpaceOptions options)
{
    /// <summary>Removes what is over, or only says what is, and returns it.</summary>
    public async Task<IReadOnlySet<(string Repository, Digest Digest)>> RunAsync(uint now, bool isDryRun, CancellationToken cancellationToken)
    {
        HashSet<(string, Digest)> expired = [];
        var store = new ManifestStore(keys, blobs);
        var catalog = new ManifestCatalog(keys, blobs, store, new ReferrerStore(keys, blobs));
        await foreach (string repository in catalog.ListRepositoriesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (LifetimeOf(repository) is not { } lifetime)
            {
                continue;
            }

            uint cutoff = SpaceClock.Before(now, lifetime > options.GracePeriod ? lifetime : options.GracePeriod);
            foreach (var digest in await FindAsync(repository, cutoff, cancellationToken).ConfigureAwait(false))
            {
                if (isDryRun || await RemoveAsync(store, repository, digest, cutoff, cancellationToken).ConfigureAwait(false))
                {
                    expired.Add((repository, digest));
                }
            }
        }

        return expired;
    }

    private TimeSpan? LifetimeOf(string repository) =>
        options.Lifetimes.Where(lifetime => lifetime.Repositories.Any(pattern => pattern.Covers(repository))).Select(static lifetime => (TimeSpan?)lifetime.TimeToLive).Min();

    private async Task<List<Digest>> FindAsync(string repository, uint cutoff, CancellationToken cancellationToken)
    {
        List<Digest> all = [.. mark.ListManifests(repository)];
        HashSet<Digest> kept = [];
        Dictionary<Digest, List<Digest>> keeps = [];
        var waiting = new Queue<Digest>(all.Where(digest => log.LastUsedOf(BlobKey.Of(digest)) is not { } used || used >= cutoff));
        if (waiting.Count == all.Count)
        {
            return [];
        }

        foreach (var digest in all)
        {
            if (await mark.ReadAsync(repository, digest, cancellationToken).ConfigureAwait(false) is not { } document)
            {
                // Which others it keeps is not known.
                return [];
            }

            foreach (var child in document.Manifests)
            {
                Add(digest, child.Digest);
            }

            if (document.Subject is { } subject)
            {
                Add(subject, digest);
            }
        }

        while (waiting.TryDequeue(out var digest))
        {
            if (kept.Add(digest))
            {
                foreach (var other in keeps.GetValueOrDefault(digest) ?? [])
                {
                    waiting.Enqueue(other);
                }
            }
        }

        return all.FindAll(digest => !kept.Contains(digest));

        void Add(Digest keeper, Digest other)
        {
            if (!keeps.TryGetValue(keeper, out var others))
            {
                keeps[keeper] = others = [];
            }

            others.Add(other);
        }
    }

    private async Task<bool> RemoveAsync(ManifestStore store, string repository, Digest digest, uint cutoff, CancellationToken cancellationToken)
    {
        if (!leases.TryClaim(digest, cutoff))
        {
            return false;
        }

        try
        {
            // A tag may be moved to another manifest meanwhile: it goes only while it names this one.
            var tags = new RepositoryKeys(repository).Tags;
            await Task.WhenAll(store.ListTags(repository)
                .Where(tag => Names(tags, tag, digest))
                .Select(tag => log.CommitAsync(LogUnit.OfRemoval([KeyChange.Remove(tags, tag)], () => Names(tags, tag, digest))))).ConfigureAwait(false);
            return await store.DeleteAsync(repository, digest, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            leases.EndClaim(digest);
        }
    }

    private bool Names(string table, string tag, Digest digest) =>
        keys.TryFind(table, tag, out var value) && Encoding.UTF8.GetString(value.Span) == digest.ToString();
}
