using System.Net;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>Reads and writes the manifests of one repository of a registry, by whatever name.</summary>
internal sealed class ManifestClient(RegistryTransport transport, string repository)
{
    private static readonly string[] Accepted = [MediaTypes.Manifest, MediaTypes.Index, MediaTypes.DockerManifest, MediaTypes.DockerManifestList];

    /// <summary>The address of something in the repository.</summary>
    public Uri AddressOf(string path) => new(transport.Host.Root, $"v2/{repository}/{path}");

    /// <summary>Reads what a tag or digest names now; null where there is nothing. The content of a digest has been checked against it.</summary>
    public async Task<FetchedManifest?> FetchAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        var response = await transport.SendAsync(
            new RegistryRequest
            {
                Method = HttpMethod.Get,
                Address = AddressOf($"manifests/{tagOrDigest}"),
                Repository = repository,
                Purpose = $"read manifest {tagOrDigest} of {transport.Host.Name}/{repository}",
                Accept = Accepted,
            },
            cancellationToken).ConfigureAwait(false);
        if (response.Expect(HttpStatusCode.OK, HttpStatusCode.NotFound).Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        // The digest is computed, never taken from Docker-Content-Digest: a registry is not believed about what it holds.
        var expected = Digest.TryParse(tagOrDigest, out var asked) ? asked : null;
        var digest = Digest.Of(expected?.Algorithm ?? DigestAlgorithm.Sha256, response.Content);
        if (expected is not null && digest != expected)
        {
            throw new RegistryException(
                "DIGEST_LIE", $"Registry {transport.Host.Name} answered a manifest that hashes to {digest} when asked for {expected} of {repository}. Do not use this registry before it is repaired.");
        }

        return new FetchedManifest(
            new Descriptor { MediaType = ReadMediaType(response), Digest = digest, Size = response.Content.Length }, response.Content);
    }

    /// <summary>Writes a manifest under a tag or digest; returns the subject that the registry says it has taken note of.</summary>
    public async Task<string?> PutAsync(string tagOrDigest, string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var response = await transport.SendAsync(
            new RegistryRequest
            {
                Method = HttpMethod.Put,
                Address = AddressOf($"manifests/{tagOrDigest}"),
                Repository = repository,
                Purpose = $"push manifest {tagOrDigest} to {transport.Host.Name}/{repository}",
                IsPush = true,
                Content = content,
                ContentType = mediaType,
            },
            cancellationToken).ConfigureAwait(false);
        return response.Expect(HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Accepted).OciSubject;
    }

    private static string ReadMediaType(RegistryResponse response)
    {
        try
        {
            return ManifestDocument.ReadMediaType(response.Content, response.ContentType);
        }
        catch (ManifestFormatException exception)
        {
            throw new RegistryException("INVALID_RESPONSE", $"Cannot {response.Request.Purpose}: {exception.Message}.", isTransient: false, exception);
        }
    }
}
