using System.Net;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>Reads and writes the manifests of one repository of a registry, by whatever name.</summary>
internal sealed class ManifestClient(RegistryTransport transport, string repository)
{
    private static readonly string[] Accepted = [MediaTypes.Manifest, MediaTypes.Index, MediaTypes.DockerManifest, MediaTypes.DockerManifestList];

    /// <summary>The answers to a manifest that was taken in.</summary>
    public static HttpStatusCode[] Stored { get; } = [HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Accepted];

    /// <summary>The registry.</summary>
    public RegistryHost Host => transport.Host;

    /// <summary>The registry and repository, <c>host[:port]/name</c>.</summary>
    public string Name => $"{transport.Host.Name}/{repository}";

    /// <summary>The address of something in the repository.</summary>
    public Uri AddressOf(string path) => new(transport.Host.Root, $"v2/{repository}/{path}");

    /// <summary>Reads what a tag or digest names now; null where there is nothing. The content of a digest has been checked against it.</summary>
    public async Task<FetchedManifest?> FetchAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        var response = await transport.SendAsync(
            RequestFor(HttpMethod.Get, tagOrDigest, $"read manifest {tagOrDigest} of {Name}"), cancellationToken).ConfigureAwait(false);
        if (response.Expect(HttpStatusCode.OK, HttpStatusCode.NotFound).Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        // The digest is computed, never taken from Docker-Content-Digest: a registry is not believed about what it holds.
        var expected = Digest.TryParse(tagOrDigest, out var asked) ? asked : null;
        var digest = Digest.Of(expected?.Algorithm ?? DigestAlgorithm.Sha256, response.Content);
        if (expected is not null && digest != expected)
        {
            throw transport.Host.Fault(
                "DIGEST_LIE", $"Registry {transport.Host.Name} answered a manifest that hashes to {digest} when asked for "
                    + $"{expected} of {repository}. Do not use this registry before it is repaired.");
        }

        return new FetchedManifest(
            new Descriptor { MediaType = ReadMediaType(response), Digest = digest, Size = response.Content.Length }, response.Content);
    }

    /// <summary>
    /// Finds what a tag or digest names now; null where there is nothing. For a digest, headers that agree with it are enough; what a tag
    /// names is read and hashed.
    /// </summary>
    public async Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        if (Digest.TryParse(tagOrDigest, out var digest))
        {
            var response = await transport.SendAsync(
                RequestFor(HttpMethod.Head, tagOrDigest, $"look for manifest {digest} in {Name}"), cancellationToken).ConfigureAwait(false);
            if (response.Status == HttpStatusCode.NotFound)
            {
                return null;
            }

            if (response is { Status: HttpStatusCode.OK, ContentLength: > 0 and <= ManifestDocument.MaximumSize and long size, ContentType: { } mediaType }
                && response.ContentDigest == digest && Accepted.Contains(mediaType))
            {
                return new Descriptor { MediaType = mediaType, Digest = digest, Size = size };
            }

            if (response.IsTransient)
            {
                throw response.Refused();
            }
        }

        return (await FetchAsync(tagOrDigest, cancellationToken).ConfigureAwait(false))?.Descriptor;
    }

    /// <summary>Writes a manifest under a tag or digest; returns the answer, whatever it is.</summary>
    public Task<RegistryResponse> SendAsync(string tagOrDigest, string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        transport.SendAsync(
            RequestFor(HttpMethod.Put, tagOrDigest, $"push manifest {tagOrDigest} to {Name}") with { IsPush = true, Content = content, ContentType = mediaType },
            cancellationToken);

    private RegistryRequest RequestFor(HttpMethod method, string tagOrDigest, string purpose) => new()
    {
        Method = method,
        Address = AddressOf($"manifests/{tagOrDigest}"),
        Repository = repository,
        Purpose = purpose,
        Accept = method == HttpMethod.Put ? [] : Accepted,
    };

    private string ReadMediaType(RegistryResponse response)
    {
        try
        {
            return ManifestDocument.ReadMediaType(response.Content, response.ContentType);
        }
        catch (ManifestFormatException exception)
        {
            throw transport.Host.Fault("INVALID_RESPONSE", $"Cannot {response.Request.Purpose}: "
                + $"{exception.Message}.", isTransient: false, exception);
        }
    }
}
