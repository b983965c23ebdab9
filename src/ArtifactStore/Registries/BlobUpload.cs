using System.Net;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>Pushes blobs to one repository in as few requests as its registry allows (distribution-spec 1.1, "Pushing blobs").</summary>
internal sealed class BlobUpload(RegistryTransport transport, ManifestClient manifests, string repository)
{
    // Sending so little again is cheaper than asking whether it is there.
    private const int MaximumWholeSize = 1024 * 1024;

    private RegistryMemory Memory => transport.Memory;

    /// <summary>Uploads a blob unless the registry is known to have it. The caller has hashed the content.</summary>
    public async Task PushAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        bool small = content.Length <= MaximumWholeSize;
        if (Memory.HasBlob(repository, descriptor.Digest) || (!small && await ExistsAsync(descriptor, cancellationToken).ConfigureAwait(false)))
        {
            return;
        }

        // An upload that broke off may be gone: a new attempt begins a new one.
        var uploaded = await transport.RetryAsync(
            token => small && Memory.TakesWholeBlobs ? SendWholeAsync(descriptor, content, token) : SendInTwoAsync(descriptor, content, token),
            cancellationToken).ConfigureAwait(false);
        uploaded.Expect(HttpStatusCode.Created, HttpStatusCode.NoContent);
        if (uploaded.ContentDigest is { } noted && noted.Algorithm == descriptor.Digest.Algorithm && noted != descriptor.Digest)
        {
            throw transport.Host.Fault(
                "DIGEST_LIE", $"Registry {transport.Host.Name} says that it stored {noted} when it was sent blob {descriptor.Digest} for "
                    + $"{repository}. Do not use this registry before it is repaired.");
        }

        Memory.NoteBlob(repository, descriptor.Digest);
    }

    private static HttpStatusCode[] NotTaken { get; } =
    [
        HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed, HttpStatusCode.LengthRequired, HttpStatusCode.RequestEntityTooLarge,
        HttpStatusCode.UnsupportedMediaType, HttpStatusCode.NotImplemented,
    ];

    private static string Query(Descriptor descriptor) => $"digest={Uri.EscapeDataString(descriptor.Digest.ToString())}";

    private async Task<bool> ExistsAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var existing = await transport.SendAsync(
            RequestFor(HttpMethod.Head, manifests.AddressOf($"blobs/{descriptor.Digest}"), $"look for blob {descriptor.Digest} in {manifests.Name}"),
            cancellationToken).ConfigureAwait(false);
        return existing.Expect(HttpStatusCode.OK, HttpStatusCode.NotFound).Status == HttpStatusCode.OK;
    }

    /// <summary>One request with digest and content. A registry may begin an upload instead, which then goes on as any other.</summary>
    private async Task<RegistryResponse> SendWholeAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var answer = await transport.SendOnceAsync(
            RequestFor(HttpMethod.Post, manifests.AddressOf($"blobs/uploads/?{Query(descriptor)}"), PurposeOf(descriptor)) with
            {
                IsPush = true,
                Content = content,
                ContentType = MediaTypes.OctetStream,
            },
            cancellationToken).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.Accepted)
        {
            Memory.NoteWholeBlobRefused();
            return await FinishAsync(answer, descriptor, content, cancellationToken).ConfigureAwait(false);
        }

        if (!NotTaken.Contains(answer.Status))
        {
            return answer;
        }

        var uploaded = await SendInTwoAsync(descriptor, content, cancellationToken).ConfigureAwait(false);
        if (uploaded.Status is HttpStatusCode.Created or HttpStatusCode.NoContent)
        {
            Memory.NoteWholeBlobRefused();
        }

        return uploaded;
    }

    private async Task<RegistryResponse> SendInTwoAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var begun = await transport.SendOnceAsync(
            RequestFor(HttpMethod.Post, manifests.AddressOf("blobs/uploads/"), PurposeOf(descriptor)) with { IsPush = true }, cancellationToken).ConfigureAwait(false);
        return begun.IsTransient ? begun : await FinishAsync(begun.Expect(HttpStatusCode.Accepted), descriptor, content, cancellationToken).ConfigureAwait(false);
    }

    private Task<RegistryResponse> FinishAsync(RegistryResponse begun, Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var location = begun.Location
            ?? throw transport.Host.Fault("INVALID_RESPONSE", $"Cannot {PurposeOf(descriptor)}: registry {transport.Host.Name} began an upload, "
                + "but does not say where.");
        char separator = location.Query.Length > 0 ? '&' : '?';
        var target = new Uri($"{location.GetLeftPart(UriPartial.Query)}{separator}{Query(descriptor)}");
        return transport.SendOnceAsync(
            RequestFor(HttpMethod.Put, target, PurposeOf(descriptor)) with { IsPush = true, Content = content, ContentType = MediaTypes.OctetStream },
            cancellationToken);
    }

    private string PurposeOf(Descriptor descriptor) => $"push blob {descriptor.Digest} to {manifests.Name}";

    private RegistryRequest RequestFor(HttpMethod method, Uri address, string purpose) =>
        new() { Method = method, Address = address, Repository = repository, Purpose = purpose };
}
