using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>What a registry has shown of itself, so that it need not be asked again with every push. It only ever saves requests.</summary>
internal sealed class RegistryMemory(TimeProvider time)
{
    private const int MaximumBlobs = 4096;
    private const int MaximumRepositories = 1024;

    // Short against the time after which registries collect blobs that no manifest names.
    private static readonly TimeSpan BlobLifetime = TimeSpan.FromMinutes(10);

    // A registry that is upgraded, or that has the API for some repositories only, is found out within this time.
    private static readonly TimeSpan AbsenceLifetime = TimeSpan.FromMinutes(10);

    private readonly RecentKeys<(string Repository, Digest Digest)> blobs = new(MaximumBlobs, BlobLifetime, time);
    private readonly RecentKeys<string> withoutReferrers = new(MaximumRepositories, AbsenceLifetime, time);
    private volatile bool refusesWholeBlobs;

    /// <summary>Whether a blob is worth sending with the request that begins its upload; true until the registry did not take one.</summary>
    public bool TakesWholeBlobs => !refusesWholeBlobs;

    /// <summary>Notes that the registry does not take a blob with the request that begins its upload.</summary>
    public void NoteWholeBlobRefused() => refusesWholeBlobs = true;

    /// <summary>Whether the repository had the blob a short while ago.</summary>
    public bool HasBlob(string repository, Digest digest) => blobs.Contains((repository, digest));

    /// <summary>Notes that the repository has the blob.</summary>
    public void NoteBlob(string repository, Digest digest) => blobs.Add((repository, digest));

    /// <summary>Forgets the blobs of a repository; tells whether any were known.</summary>
    public bool ForgetBlobs(string repository) => blobs.Remove(blob => blob.Repository == repository) > 0;

    /// <summary>Whether the repository had no referrers API a short while ago.</summary>
    public bool LacksReferrersApi(string repository) => withoutReferrers.Contains(repository);

    /// <summary>Notes that the repository has no referrers API.</summary>
    public void NoteReferrersApiAbsent(string repository) => withoutReferrers.Add(repository);

    /// <summary>Notes that the repository has the referrers API.</summary>
    public void NoteReferrersApiPresent(string repository) => withoutReferrers.Remove(absent => absent == repository);
}
