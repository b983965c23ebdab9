using Provenance.ArtifactStore.Blobs.S3;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Space;
using Provenance.ArtifactStore.Upstreams;

namespace Provenance.ArtifactStore.Serving;

/// <summary>How the artifact store keeps and serves content.</summary>
public sealed class ArtifactStoreOptions
{
    /// <summary>The data folder; created where it does not exist. One process at a time owns it.</summary>
    public required string Folder { get; init; }

    /// <summary>The largest blob that is taken in, in bytes.</summary>
    public long MaximumBlobSize { get; init; } = 64L * 1024 * 1024 * 1024;

    /// <summary>How many unfinished uploads may exist at a time.</summary>
    public int MaximumUploads { get; init; } = 1000;

    /// <summary>How long an upload may rest between two requests before it is discarded.</summary>
    public TimeSpan UploadLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Whether what was answered for survives a crash of the machine; without that writes are faster.</summary>
    public Durability Durability { get; init; } = Durability.Full;

    /// <summary>Whether the referrers API is served. Without it the registry behaves like one of distribution-spec 1.0; meant for tests of clients.</summary>
    public bool ReferrersApi { get; init; } = true;

    /// <summary>
    /// Whether a cached action result is served only when every blob that it refers to is stored. Then only action results of the Remote
    /// Execution API are taken in; by default what clients keep there is opaque.
    /// </summary>
    public bool CompleteActionResultsOnly { get; init; }

    /// <summary>
    /// Whether a blob may be mounted by its digest alone, without naming a repository that holds it (distribution-spec 1.1, "Mounting a
    /// blob from another repository"). Turn it off where some may not read everything: it makes a known digest a permission to read.
    /// </summary>
    public bool AnonymousMount { get; init; } = true;

    /// <summary>Whether manifests are taken in whose blobs or manifests are not here, as mirrors of a part of an image have them.</summary>
    public bool SparseManifests { get; init; }

    /// <summary>How much the store may hold, and when it lets go of what.</summary>
    public SpaceOptions Space { get; init; } = new();

    /// <summary>The object store that holds the blobs; null for the data folder. Keys, tags and links are in the data folder in any case.</summary>
    public S3Options? S3 { get; init; }

    /// <summary>The registries whose content is served as that of repositories here; the first that covers a repository is asked.</summary>
    public IReadOnlyList<Upstream> Upstreams { get; init; } = [];

    internal void Validate()
    {
        Space.Validate();
        ArgumentException.ThrowIfNullOrWhiteSpace(Folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumBlobSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumUploads);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(UploadLifetime, TimeSpan.Zero);
    }
}
