using System.Net;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>A repository of a registry that is spoken to over HTTP.</summary>
internal sealed class RemoteRepository : IRepository
{
    private const int MaximumReferrers = 1000;

    private readonly RegistryTransport transport;
    private readonly string repository;
    private readonly ManifestClient manifests;
    private readonly BlobUpload upload;
    private readonly ReferrersApi referrers;
    private readonly FallbackReferrers fallback;

    /// <summary>A client for one repository, on the connections and locks of its registry.</summary>
    public RemoteRepository(RegistryTransport transport, string repository, SubjectLocks locks, RemoteRegistryOptions options, TimeProvider time)
    {
        this.transport = transport;
        this.repository = repository;
        manifests = new ManifestClient(transport, repository);
        upload = new BlobUpload(transport, manifests, repository);
        referrers = new ReferrersApi(transport, manifests, repository);
        fallback = new FallbackReferrers(manifests, locks, options, time);
    }

    /// <inheritdoc/>
    public string Name => manifests.Name;

    /// <inheritdoc/>
    public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        RequireTagOrDigest(tagOrDigest);
        return manifests.ResolveAsync(tagOrDigest, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<FetchedManifest?> FetchManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return manifests.FetchAsync(digest.ToString(), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<byte[]?> FetchBlobAsync(Digest digest, long maximumSize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        var response = await transport.SendAsync(
            new RegistryRequest
            {
                Method = HttpMethod.Get,
                Address = manifests.AddressOf($"blobs/{digest}"),
                Repository = repository,
                Purpose = $"read blob {digest} of {Name}",
                MaximumSize = maximumSize,
            },
            cancellationToken).ConfigureAwait(false);
        if (response.Expect(HttpStatusCode.OK, HttpStatusCode.NotFound).Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        var actual = Digest.Of(digest.Algorithm, response.Content);
        return actual == digest
            ? response.Content
            : throw transport.Host.Fault(
                "DIGEST_LIE", $"Registry {transport.Host.Name} answered a blob that hashes to {actual} when asked for {digest} of "
                    + $"{repository}. Do not use this registry before it is repaired.");
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenBlobAsync(Digest digest, long maximumSize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        var response = await transport.SendAsync(
            new RegistryRequest
            {
                Method = HttpMethod.Get,
                Address = manifests.AddressOf($"blobs/{digest}"),
                Repository = repository,
                Purpose = $"read blob {digest} of {Name}",
                MaximumSize = maximumSize,
                IsStreamed = true,
            },
            cancellationToken).ConfigureAwait(false);
        return response.Expect(HttpStatusCode.OK, HttpStatusCode.NotFound).Body;
    }

    /// <inheritdoc/>
    public Task PushBlobAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        if (descriptor.Size != content.Length || Digest.Of(descriptor.Digest.Algorithm, content.Span) != descriptor.Digest)
        {
            throw new ArgumentException($"The content is not what descriptor {descriptor.Digest} describes.", nameof(content));
        }

        return upload.PushAsync(descriptor, content, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Descriptor> PushManifestAsync(string mediaType, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken)
    {
        if (tag is not null && !RepositoryName.IsTag(tag))
        {
            throw new ArgumentException($"\"{tag}\" is no tag.", nameof(tag));
        }

        var document = Read(mediaType, content);
        var digest = Digest.Of(content.Span);
        var descriptor = document.Describe(digest, content.Length);
        var answer = await manifests.SendAsync(tag ?? digest.ToString(), mediaType, content, cancellationToken).ConfigureAwait(false);
        if (!ManifestClient.Stored.Contains(answer.Status))
        {
            throw Refused(answer, document);
        }

        // Read in full: that it is there, and what it is, in one request.
        if (await manifests.FetchAsync(digest.ToString(), cancellationToken).ConfigureAwait(false) is null)
        {
            throw transport.Host.Fault(
                "INVALID_RESPONSE", $"Registry {transport.Host.Name} accepted manifest {digest} of {repository}, but does not have "
                    + "it. Push it again.", isTransient: true);
        }

        if (document.Subject is { } subject)
        {
            if (string.Equals(answer.OciSubject, subject.ToString(), StringComparison.Ordinal))
            {
                transport.Memory.NoteReferrersApiPresent(repository);
            }
            else
            {
                await fallback.AddAsync(subject, descriptor, cancellationToken).ConfigureAwait(false);
            }
        }

        return descriptor;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Descriptor>> FetchReferrersAsync(Digest subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var listed = await referrers.ListAsync(subject, artifactType: null, MaximumReferrers, cancellationToken).ConfigureAwait(false) ?? [];

        // The tag is read as well where the API exists: a registry that was upgraded may still have referrers listed only there.
        var tagged = await fallback.ListAsync(subject, cancellationToken).ConfigureAwait(false);
        return [.. listed.Concat(tagged).DistinctBy(referrer => referrer.Digest).Take(MaximumReferrers)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Descriptor>> FindReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (!transport.Memory.LacksReferrersApi(repository)
            && await referrers.ListAsync(subject, artifactType, MaximumReferrers, cancellationToken).ConfigureAwait(false) is { } listed)
        {
            return listed;
        }

        var tagged = await fallback.ListAsync(subject, cancellationToken).ConfigureAwait(false);
        return [.. tagged.Where(referrer => artifactType is null || referrer.ArtifactType == artifactType).Take(MaximumReferrers)];
    }

    private static void RequireTagOrDigest(string tagOrDigest)
    {
        if (!RepositoryName.IsTag(tagOrDigest) && !Digest.TryParse(tagOrDigest, out _))
        {
            throw new ArgumentException($"\"{tagOrDigest}\" is neither a tag nor a digest.", nameof(tagOrDigest));
        }
    }

    /// <summary>
    /// A registry may have collected blobs that no manifest named yet. What was remembered of the repository is forgotten, so that a
    /// second attempt sends them all; where nothing was remembered, a second attempt would be no different.
    /// </summary>
    private RegistryException Refused(RegistryResponse answer, ManifestDocument document)
    {
        if (!answer.IsTransient && transport.Memory.ForgetBlobs(repository) && !document.IsIndex && answer.HasErrorCode("MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"))
        {
            return transport.Host.Fault(
                "MANIFEST_BLOB_UNKNOWN", $"Cannot {answer.Request.Purpose}: the registry no longer has a blob that was pushed to {Name} before. Push "
                    + "the blobs and the manifest again.", isTransient: true);
        }

        return answer.Refused();
    }

    private ManifestDocument Read(string mediaType, ReadOnlyMemory<byte> content)
    {
        try
        {
            return ManifestDocument.Parse(content, mediaType);
        }
        catch (ManifestFormatException exception)
        {
            throw transport.Host.Fault("MANIFEST_INVALID", $"Cannot push a manifest to {Name}: "
                + $"{exception.Message}.", isTransient: false, exception);
        }
    }
}
