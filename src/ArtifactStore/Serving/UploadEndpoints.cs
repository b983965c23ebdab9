using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Serving;

/// <summary><c>/v2/name/blobs/uploads/…</c> (distribution-spec 1.1, "Pushing blobs").</summary>
internal sealed class UploadEndpoints(IBlobUploads uploads, IBlobStore blobs, ManifestStore manifests, ArtifactStoreOptions options)
{
    /// <summary>POST: begins an upload, takes a whole blob with <c>?digest=</c>, or mounts one with <c>?mount=&amp;from=</c>.</summary>
    public async Task StartAsync(HttpContext context, RegistryRoute route)
    {
        var query = context.Request.Query;
        if (query.TryGetValue("mount", out var mount)
            && await TryMountAsync(context, route, OciErrors.ParseDigest(mount), query["from"]).ConfigureAwait(false) is { } mounted)
        {
            AnswerCreated(context, route, mounted);
            return;
        }

        var digest = query.TryGetValue("digest", out var text) ? OciErrors.ParseDigest(text) : null;
        string id = await uploads.StartAsync(route.Repository, context.RequestAborted).ConfigureAwait(false);
        if (digest is null)
        {
            Describe(context, route, id, length: 0);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        else
        {
            try
            {
                await FinishAsync(context, route, id, range: null, digest).ConfigureAwait(false);
            }
            catch
            {
                // The client was never told the id: nobody could go on with this upload, and it would count for as long as uploads may rest.
                await uploads.CancelAsync(route.Repository, id, CancellationToken.None).ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>PATCH: appends a piece.</summary>
    public async Task AppendAsync(HttpContext context, RegistryRoute route)
    {
        var range = await ReadRangeAsync(context, route).ConfigureAwait(false);
        long length = await AppendAsync(context, route, route.Name, range).ConfigureAwait(false);
        Describe(context, route, route.Name, length);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary>PUT: appends the last piece, if any, and turns the upload into a blob.</summary>
    public async Task CompleteAsync(HttpContext context, RegistryRoute route)
    {
        var digest = OciErrors.ParseDigest(context.Request.Query["digest"]);
        var range = await ReadRangeAsync(context, route).ConfigureAwait(false);
        await FinishAsync(context, route, route.Name, range, digest).ConfigureAwait(false);
    }

    /// <summary>GET: how far the upload has come.</summary>
    public async Task GetAsync(HttpContext context, RegistryRoute route)
    {
        Describe(context, route, route.Name, await LengthAsync(context, route).ConfigureAwait(false));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>DELETE: discards the upload.</summary>
    public async Task CancelAsync(HttpContext context, RegistryRoute route)
    {
        if (!await uploads.CancelAsync(route.Repository, route.Name, context.RequestAborted).ConfigureAwait(false))
        {
            throw Unknown(route);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static OciException Unknown(RegistryRoute route) =>
        new(StatusCodes.Status404NotFound, "BLOB_UPLOAD_UNKNOWN", $"Repository {route.Repository} has no such upload. Begin a new one.");

    private static void AnswerCreated(HttpContext context, RegistryRoute route, Digest digest)
    {
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = $"/v2/{route.Repository}/blobs/{digest}";
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
    }

    private static void Describe(HttpContext context, RegistryRoute route, string id, long length)
    {
        context.Response.Headers.Location = $"/v2/{route.Repository}/blobs/uploads/{id}";

        // An empty upload cannot be told from one of a single byte in this notation; clients know it as 0-0.
        context.Response.Headers.Range = $"0-{Math.Max(0, length - 1)}";
        context.Response.Headers["Docker-Upload-UUID"] = id;
    }

    /// <summary>
    /// A blob is mounted from the repository that the client names, provided that it holds it and the client may read there; where none is
    /// named from anywhere, if that is allowed and the client may read all blobs. In all other cases the client is asked to upload, as the
    /// specification provides.
    /// </summary>
    private async Task<Digest?> TryMountAsync(HttpContext context, RegistryRoute route, Digest digest, string? from)
    {
        bool held = string.IsNullOrEmpty(from)
            ? options.AnonymousMount && RequestAccess.Allows(context, AccessAction.Read, AccessResource.ContentStore)
                && await blobs.FindSizeAsync(digest, context.RequestAborted).ConfigureAwait(false) is not null
            : RepositoryName.IsValid(from) && RequestAccess.Allows(context, AccessAction.Read, AccessResource.Repository(from))
                && await manifests.HasBlobAsync(from, digest, context.RequestAborted).ConfigureAwait(false);
        if (!held)
        {
            return null;
        }

        await manifests.LinkBlobAsync(route.Repository, digest, context.RequestAborted).ConfigureAwait(false);
        return digest;
    }

    private async Task FinishAsync(HttpContext context, RegistryRoute route, string id, ByteRange? range, Digest digest)
    {
        LiftBodyLimit(context);
        var link = manifests.Link(route.Repository, digest);
        await uploads.FinishAsync(route.Repository, id, range, context.Request.Body, digest, link, context.RequestAborted).ConfigureAwait(false);
        AnswerCreated(context, route, digest);
    }

    private Task<long> AppendAsync(HttpContext context, RegistryRoute route, string id, ByteRange? range)
    {
        LiftBodyLimit(context);
        return uploads.AppendAsync(route.Repository, id, range, context.Request.Body, context.RequestAborted);
    }

    /// <summary>The upload's own limit holds instead of the server's, which is meant for forms.</summary>
    private static void LiftBodyLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }

    private async Task<long> LengthAsync(HttpContext context, RegistryRoute route) =>
        await uploads.FindLengthAsync(route.Repository, route.Name, context.RequestAborted).ConfigureAwait(false) ?? throw Unknown(route);

    /// <summary>Reads <c>Content-Range: first-last</c>, both inclusive. A piece out of order is answered 416 with how far the upload has come.</summary>
    private async Task<ByteRange?> ReadRangeAsync(HttpContext context, RegistryRoute route)
    {
        string? header = context.Request.Headers.ContentRange;
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }

        string[] ends = header.Split('-');
        if (ends.Length != 2
            || !long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out long first)
            || !long.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out long last)
            || last < first || last == long.MaxValue)
        {
            throw new OciException(StatusCodes.Status400BadRequest, "RANGE_INVALID", "Content-Range must read first-last, in bytes, both inclusive.");
        }

        var range = new ByteRange(first, last - first + 1);
        if (context.Request.ContentLength is { } length && length != range.Count)
        {
            throw new OciException(
                StatusCodes.Status400BadRequest, "SIZE_INVALID", $"Content-Range promises {range.Count} bytes, Content-Length {length}.");
        }

        long reached = await LengthAsync(context, route).ConfigureAwait(false);
        if (reached != first)
        {
            Describe(context, route, route.Name, reached);
            throw new OciException(
                StatusCodes.Status416RangeNotSatisfiable, "RANGE_INVALID", $"The piece begins at byte {first}, but the upload ends "
                    + $"at byte {reached}.");
        }

        return range;
    }
}
