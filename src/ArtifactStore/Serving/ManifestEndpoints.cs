using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Space;
using Provenance.ArtifactStore.Upstreams;

namespace Provenance.ArtifactStore.Serving;

/// <summary><c>/v2/name/manifests/reference</c> (distribution-spec 1.1, "Pulling manifests", "Pushing Manifests", "Deleting Tags").</summary>
internal sealed partial class ManifestEndpoints(
    IBlobStore blobs,
    ManifestStore manifests,
    BlobLeases leases,
    Mirrors mirrors,
    IEnumerable<IManifestObserver> observers,
    ArtifactStoreOptions options,
    ILogger<ManifestEndpoints> logger)
{
    private const int MaximumTagParameters = 10;
    private const int MaximumAnnotationLength = 256 * 1024;

    /// <summary>GET and HEAD.</summary>
    public async Task GetAsync(HttpContext context, RegistryRoute route)
    {
        await mirrors.BringManifestAsync(route.Repository, route.Name, context.RequestAborted).ConfigureAwait(false);
        var digest = await ResolveAsync(route, context.RequestAborted).ConfigureAwait(false);
        string mediaType = await manifests.FindMediaTypeAsync(route.Repository, digest, context.RequestAborted).ConfigureAwait(false) ?? throw Unknown(route);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            // As for blobs: one found corrupt is absent to HEAD, so that clients push it again; GET says what is wrong.
            long size = await blobs.FindSizeAsync(digest, context.RequestAborted).ConfigureAwait(false) ?? throw Unknown(route);
            Describe(context.Response, mediaType, digest);
            BlobResponse.WriteHead(context, digest, size);
            return;
        }

        using var blob = await blobs.OpenAsync(digest, context.RequestAborted).ConfigureAwait(false) ?? throw Unknown(route);
        Describe(context.Response, mediaType, digest);
        await BlobResponse.WriteAsync(context, blob).ConfigureAwait(false);
    }

    /// <summary>PUT by tag, or by digest with any <c>?tag=</c>.</summary>
    public async Task PutAsync(HttpContext context, RegistryRoute route)
    {
        var cancellationToken = context.RequestAborted;
        var expected = IsDigest(route.Name) ? OciErrors.ParseDigest(route.Name) : null;
        var tags = ReadTags(context.Request, expected is null ? route.Name : null);
        byte[] content = await ReadAsync(context).ConfigureAwait(false);
        var document = ManifestDocument.Parse(content, context.Request.ContentType);
        var digest = Digest.Of(expected?.Algorithm ?? DigestAlgorithm.Sha256, content);
        if (expected is not null && digest != expected)
        {
            throw new OciException(
                StatusCodes.Status400BadRequest, "DIGEST_INVALID", $"The manifest hashes to {digest}, not to {expected}. Send the "
                    + "manifest that the digest names.");
        }

        // From the look whether its parts are here until it is stored, none of them can be collected.
        using var hold = await leases.HoldAsync([digest, .. document.Blobs, .. document.Manifests.Select(static child => child.Digest)], cancellationToken).ConfigureAwait(false);
        await RequirePartsAsync(route, document, cancellationToken).ConfigureAwait(false);

        // From here on the push is carried through: a client that hangs up must not leave half of it.
        var descriptor = await manifests.PutAsync(route.Repository, digest, document, content, tags, CancellationToken.None).ConfigureAwait(false);
        await NotifyAsync(route.Repository, descriptor, document.Subject).ConfigureAwait(false);
        Answer(context.Response, route, digest, document.Subject, expected is null ? [] : tags);
    }

    /// <summary>DELETE of a tag, or of a manifest with its tags.</summary>
    public async Task DeleteAsync(HttpContext context, RegistryRoute route)
    {
        bool deleted = IsDigest(route.Name)
            ? await manifests.DeleteAsync(route.Repository, OciErrors.ParseDigest(route.Name), context.RequestAborted).ConfigureAwait(false)
            : RepositoryName.IsTag(route.Name)
                && await manifests.DeleteTagAsync(route.Repository, route.Name, context.RequestAborted).ConfigureAwait(false);
        if (!deleted)
        {
            throw Unknown(route);
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static void Describe(HttpResponse response, string mediaType, Digest digest)
    {
        response.ContentType = mediaType;
        response.Headers["Docker-Content-Digest"] = digest.ToString();
    }

    // A tag cannot contain a colon, so this is a digest or a mistake in one.
    private static bool IsDigest(string reference) => reference.Contains(':', StringComparison.Ordinal);

    private static OciException Unknown(RegistryRoute route) =>
        new(StatusCodes.Status404NotFound, "MANIFEST_UNKNOWN", $"Repository {route.Repository} has no manifest {route.Name}.");

    private static List<string> ReadTags(HttpRequest request, string? pathTag)
    {
        List<string> tags = pathTag is null ? [.. request.Query["tag"].OfType<string>().Distinct(StringComparer.Ordinal)] : [pathTag];
        if (tags.Count > MaximumTagParameters || !tags.TrueForAll(RepositoryName.IsTag))
        {
            throw new OciException(
                StatusCodes.Status400BadRequest,
                "MANIFEST_INVALID",
                $"At most {MaximumTagParameters} tags a push, each of at most 128 letters, digits, '_', '.' and '-', not beginning "
                    + "with '.' or '-'.");
        }

        return tags;
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        while (true)
        {
            int read = await context.Request.Body.ReadAsync(body.GetMemory(4096), context.RequestAborted).ConfigureAwait(false);
            body.Advance(read);
            if (body.WrittenCount > ManifestDocument.MaximumSize)
            {
                throw new OciException(
                    StatusCodes.Status413PayloadTooLarge, "SIZE_INVALID", $"A manifest has at most {ManifestDocument.MaximumSize} "
                        + "bytes. Put large content into a blob.");
            }

            if (read == 0)
            {
                return body.WrittenSpan.ToArray();
            }
        }
    }

    private static void RequireListable(ManifestDocument document)
    {
        // The annotations of a referrer are repeated in every listing of its subject.
        if (document.Subject is not null
            && document.Annotations?.Sum(annotation => annotation.Key.Length + annotation.Value.Length) > MaximumAnnotationLength)
        {
            throw new OciException(
                StatusCodes.Status413PayloadTooLarge,
                "SIZE_INVALID",
                $"The annotations of a manifest with a subject have at most {MaximumAnnotationLength} characters. Put large content into a blob.");
        }
    }

    private void Answer(HttpResponse response, RegistryRoute route, Digest digest, Digest? subject, List<string> tags)
    {
        response.StatusCode = StatusCodes.Status201Created;
        response.Headers.Location = $"/v2/{route.Repository}/manifests/{digest}";
        response.Headers["Docker-Content-Digest"] = digest.ToString();
        if (subject is not null && options.ReferrersApi)
        {
            response.Headers["OCI-Subject"] = subject.ToString();
        }

        if (tags.Count > 0)
        {
            response.Headers["OCI-Tag"] = string.Join(", ", tags);
        }
    }

    private async Task<Digest> ResolveAsync(RegistryRoute route, CancellationToken cancellationToken)
    {
        if (IsDigest(route.Name))
        {
            return OciErrors.ParseDigest(route.Name);
        }

        return RepositoryName.IsTag(route.Name)
            && await manifests.FindTagAsync(route.Repository, route.Name, cancellationToken).ConfigureAwait(false) is { } digest
                ? digest
                : throw Unknown(route);
    }

    /// <summary>Everything a manifest needs must be here, unless sparse ones are allowed; its subject need not, and non-distributable layers never are.</summary>
    private async Task RequirePartsAsync(RegistryRoute route, ManifestDocument document, CancellationToken cancellationToken)
    {
        RequireListable(document);
        if (options.SparseManifests)
        {
            return;
        }

        foreach (var blob in document.Blobs)
        {
            if (!await manifests.HasBlobAsync(route.Repository, blob, cancellationToken).ConfigureAwait(false))
            {
                throw Missing(route, "blob", blob);
            }
        }

        foreach (var child in document.Manifests)
        {
            if (!manifests.HasManifest(route.Repository, child.Digest))
            {
                throw Missing(route, "manifest", child.Digest);
            }
        }
    }

    private static OciException Missing(RegistryRoute route, string kind, Digest digest) =>
        new(StatusCodes.Status400BadRequest, "MANIFEST_BLOB_UNKNOWN", $"The manifest names {kind} {digest}, which repository "
            + $"{route.Repository} does not have. Push it first.");

    private async Task NotifyAsync(string repository, Descriptor descriptor, Digest? subject)
    {
        foreach (var observer in observers)
        {
#pragma warning disable CA1031 // Whatever an observer throws, the manifest is stored and the client must hear so.
            try
            {
                await observer.ManifestStoredAsync(repository, descriptor, subject, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                ObserverFailed(logger, observer.GetType().Name, repository, descriptor.Digest, exception);
            }
#pragma warning restore CA1031
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Observer} failed for manifest {Digest} in {Repository}; it must catch up from the catalog")]
    private static partial void ObserverFailed(ILogger logger, string observer, string repository, Digest digest, Exception exception);
}
