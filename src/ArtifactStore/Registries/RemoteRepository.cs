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
    private readonly ReferrersApi referrers;
    private readonly FallbackReferrers fallback;

    /// <summary>A client for one repository, on the connections and locks of its registry.</summary>
    public RemoteRepository(RegistryTransport transport, string repository, SubjectLocks locks, RemoteRegistryOptions options, TimeProvider time)
    {
        this.transport = transport;
        this.repository = repository;
        Name = $"{transport.Host.Name}/{repository}";
        manifests = new ManifestClient(transport, repository);
        referrers = new ReferrersApi(transport, manifests, repository);
        fallback = new FallbackReferrers(manifests, Name, locks, options, time);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        RequireTagOrDigest(tagOrDigest);
        return (await manifests.FetchAsync(tagOrDigest, cancellationToken).ConfigureAwait(false))?.Descriptor;
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
            RequestFor(HttpMethod.Get, manifests.AddressOf($"blobs/{digest}"), $"read blob {digest} of {Name}") with { MaximumSize = maximumSize },
            cancellationToken).ConfigureAwait(false);
        if (response.Expect(HttpStatusCode.OK, HttpStatusCode.NotFound).Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        var actual = Digest.Of(digest.Algorithm, response.Content);
        return actual == digest
            ? response.Content
            : throw new RegistryException(
                "DIGEST_LIE", $"Registry {transport.Host.Name} answered a blob that hashes to {actual} when asked for {digest} of {repository}. Do not use this registry before it is repaired.");
    }

    /// <inheritdoc/>
    public async Task PushBlobAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        if (descriptor.Size != content.Length || Digest.Of(descriptor.Digest.Algorithm, content.Span) != descriptor.Digest)
        {
            throw new ArgumentException($"The content is not what descriptor {descriptor.Digest} describes.", nameof(content));
        }

        var existing = await transport.SendAsync(
            RequestFor(HttpMethod.Head, manifests.AddressOf($"blobs/{descriptor.Digest}"), $"look for blob {descriptor.Digest} in {Name}"),
            cancellationToken).ConfigureAwait(false);
        if (existing.Expect(HttpStatusCode.OK, HttpStatusCode.NotFound).Status == HttpStatusCode.OK)
        {
            return;
        }

        // An upload that broke off may be gone: a new attempt begins a new one.
        var uploaded = await transport.RetryAsync(token => UploadAsync(descriptor, content, token), cancellationToken).ConfigureAwait(false);
        uploaded.Expect(HttpStatusCode.Created, HttpStatusCode.NoContent);
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
        string? noted = await manifests.PutAsync(tag ?? digest.ToString(), mediaType, content, cancellationToken).ConfigureAwait(false);

        // Read in full: that it is there, and what it is, in one request.
        if (await manifests.FetchAsync(digest.ToString(), cancellationToken).ConfigureAwait(false) is null)
        {
            throw new RegistryException(
                "INVALID_RESPONSE", $"Registry {transport.Host.Name} accepted manifest {digest} of {repository}, but does not have it. Push it again.", isTransient: true);
        }

        if (document.Subject is { } subject && !string.Equals(noted, subject.ToString(), StringComparison.Ordinal))
        {
            await fallback.AddAsync(subject, descriptor, cancellationToken).ConfigureAwait(false);
        }

        return descriptor;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Descriptor>> FetchReferrersAsync(Digest subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var listed = await referrers.ListAsync(subject, MaximumReferrers, cancellationToken).ConfigureAwait(false) ?? [];

        // The tag is read as well where the API exists: a registry that was upgraded may still have referrers listed only there.
        var tagged = await fallback.ListAsync(subject, cancellationToken).ConfigureAwait(false);
        return [.. listed.Concat(tagged).DistinctBy(referrer => referrer.Digest).Take(MaximumReferrers)];
    }

    private static void RequireTagOrDigest(string tagOrDigest)
    {
        if (!RepositoryName.IsTag(tagOrDigest) && !Digest.TryParse(tagOrDigest, out _))
        {
            throw new ArgumentException($"\"{tagOrDigest}\" is neither a tag nor a digest.", nameof(tagOrDigest));
        }
    }

    private ManifestDocument Read(string mediaType, ReadOnlyMemory<byte> content)
    {
        try
        {
            return ManifestDocument.Parse(content, mediaType);
        }
        catch (ManifestFormatException exception)
        {
            throw new RegistryException("MANIFEST_INVALID", $"Cannot push a manifest to {Name}: {exception.Message}.", isTransient: false, exception);
        }
    }

    private async Task<RegistryResponse> UploadAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string purpose = $"push blob {descriptor.Digest} to {Name}";
        var begun = await transport.SendOnceAsync(
            RequestFor(HttpMethod.Post, manifests.AddressOf("blobs/uploads/"), purpose) with { IsPush = true }, cancellationToken).ConfigureAwait(false);
        if (begun.IsTransient)
        {
            return begun;
        }

        begun.Expect(HttpStatusCode.Accepted);
        var location = begun.Location
            ?? throw new RegistryException("INVALID_RESPONSE", $"Cannot {purpose}: registry {transport.Host.Name} began an upload, but does not say where.");
        char separator = location.Query.Length > 0 ? '&' : '?';
        var target = new Uri($"{location.GetLeftPart(UriPartial.Query)}{separator}digest={Uri.EscapeDataString(descriptor.Digest.ToString())}");
        return await transport.SendOnceAsync(
            RequestFor(HttpMethod.Put, target, purpose) with { IsPush = true, Content = content, ContentType = MediaTypes.OctetStream },
            cancellationToken).ConfigureAwait(false);
    }

    private RegistryRequest RequestFor(HttpMethod method, Uri address, string purpose) =>
        new() { Method = method, Address = address, Repository = repository, Purpose = purpose };
}
