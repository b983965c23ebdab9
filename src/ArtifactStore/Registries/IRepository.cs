using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>
/// One repository of an OCI registry (distribution-spec 1.1). The verbs are those of the ORAS libraries.
/// Every byte that comes back has been hashed against the digest that was asked for.
/// </summary>
/// <remarks>Every method throws <see cref="RegistryException"/> when the registry refuses, is away, or answers other bytes than asked for.</remarks>
public interface IRepository
{
    /// <summary>The registry and name, <c>host[:port]/name</c>, without tag or digest.</summary>
    string Name { get; }

    /// <summary>
    /// Finds what a tag or digest names; null where there is no such manifest. Of a digest, media type and size may be the registry's word.
    /// </summary>
    Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken);

    /// <summary>Reads a manifest by digest, at most 4 MiB; null where there is none.</summary>
    Task<FetchedManifest?> FetchManifestAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>Reads a blob by digest into memory, at most <paramref name="maximumSize"/> bytes; null where there is none.</summary>
    Task<byte[]?> FetchBlobAsync(Digest digest, long maximumSize, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a blob by digest for reading; null where there is none. What the stream gives is the registry's word: whoever reads it hashes it.
    /// It ends with a <see cref="RegistryException"/> after <paramref name="maximumSize"/> bytes, and where the registry sends less than 64 KiB/s for long.
    /// </summary>
    async Task<Stream?> OpenBlobAsync(Digest digest, long maximumSize, CancellationToken cancellationToken) =>
        await FetchBlobAsync(digest, maximumSize, cancellationToken).ConfigureAwait(false) is { } content ? new MemoryStream(content, writable: false) : null;

    /// <summary>
    /// Uploads a blob unless the registry has it. One of at most 1 MiB is sent without asking first, but not again for ten minutes after
    /// the registry has confirmed it.
    /// </summary>
    Task PushBlobAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Uploads a manifest, by its digest or under <paramref name="tag"/>, and reads it back. Where the manifest has a <c>subject</c> and
    /// the registry has no referrers API, the fallback index <c>sha256-…</c> is updated and read back as well. Where the registry no longer
    /// has a blob that was pushed before, the fault is transient, and the blobs are to be pushed again as well.
    /// </summary>
    Task<Descriptor> PushManifestAsync(string mediaType, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the manifests that refer to <paramref name="subject"/>: the union of the referrers API and the fallback index.
    /// Artifact types and annotations are hints of the registry, never evidence. At most 1,000 entries are read.
    /// </summary>
    Task<IReadOnlyList<Descriptor>> FetchReferrersAsync(Digest subject, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the manifests that refer to <paramref name="subject"/>, where <paramref name="artifactType"/> is given those of that type,
    /// from one place: the referrers API, or the fallback index where the repository has no such API, which is remembered for ten minutes.
    /// For a writer who looks for its own work; who verifies needs <see cref="FetchReferrersAsync"/>. At most 1,000 entries are read.
    /// </summary>
    Task<IReadOnlyList<Descriptor>> FindReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken);
}
