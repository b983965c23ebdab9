using System.Globalization;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Caches;

namespace Provenance.ArtifactStore.Serving.Caches;

/// <summary>PROPFIND (RFC 4918, section 9.1) of depth 0 and 1. What the request asks for in its body is not read: all there is gets told.</summary>
internal sealed class CollectionListing(KeyedCache cache)
{
    private const int MaximumChildren = 10_000;
    private const string Dav = "DAV:";

    // When an entry was set is not kept, but clients insist on a date. The first one that they can read says so best.
    private static readonly string Modified = DateTimeOffset.UnixEpoch.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Answers 207 for an entry and for a collection, which exists in every namespace whether or not a key begins with it.</summary>
    public async Task AnswerAsync(HttpContext context, KeyedCacheRoute route)
    {
        string depth = context.Request.Headers["Depth"].ToString();
        if (depth is not ("0" or "1"))
        {
            throw new OciException(StatusCodes.Status403Forbidden, "UNSUPPORTED", "PROPFIND is answered with Depth: 0 or Depth: 1 only.");
        }

        using var body = new MemoryStream();
        var writer = XmlWriter.Create(body, new XmlWriterSettings { Async = true });
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartElement("D", "multistatus", Dav);
            if (!await TryWriteAsync(writer, route, depth == "1", context.RequestAborted).ConfigureAwait(false))
            {
                CacheEntries.Miss(context);
                return;
            }

            writer.WriteEndElement();
        }

        context.Response.StatusCode = StatusCodes.Status207MultiStatus;
        context.Response.ContentType = "application/xml; charset=utf-8";
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body.ToArray(), context.RequestAborted).ConfigureAwait(false);
    }

    private static void WriteCollection(XmlWriter writer, string space, string prefix) => Write(writer, $"/cache/{space}/{prefix}", entry: null);

    private static void WriteEntry(XmlWriter writer, string space, string key, IBlobReader entry) => Write(writer, $"/cache/{space}/{key}", entry);

    private static void Write(XmlWriter writer, string address, IBlobReader? entry)
    {
        writer.WriteStartElement("response", Dav);
        writer.WriteElementString("href", Dav, address);
        writer.WriteStartElement("propstat", Dav);
        writer.WriteStartElement("prop", Dav);
        writer.WriteStartElement("resourcetype", Dav);
        if (entry is null)
        {
            writer.WriteElementString("collection", Dav, null);
        }

        writer.WriteEndElement();
        writer.WriteElementString("getlastmodified", Dav, Modified);
        if (entry is not null)
        {
            writer.WriteElementString("getcontentlength", Dav, entry.Size.ToString(CultureInfo.InvariantCulture));
            writer.WriteElementString("getetag", Dav, $"\"{entry.Digest}\"");
        }

        writer.WriteEndElement();
        writer.WriteElementString("status", Dav, "HTTP/1.1 200 OK");
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    /// <summary>False where the path is neither an entry nor the beginning of one, and does not say by a closing slash that it is a collection.</summary>
    private async Task<bool> TryWriteAsync(XmlWriter writer, KeyedCacheRoute route, bool withChildren, CancellationToken cancellationToken)
    {
        if (!route.IsCollection)
        {
            using var entry = await cache.OpenAsync(route.Table, route.Key, cancellationToken).ConfigureAwait(false);
            if (entry is not null)
            {
                WriteEntry(writer, route.Space, route.Key, entry);
                return true;
            }

            if (cache.List(route.Table, route.Prefix, 1).Count == 0)
            {
                return false;
            }
        }

        WriteCollection(writer, route.Space, route.Prefix);
        if (withChildren)
        {
            await WriteChildrenAsync(writer, route, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task WriteChildrenAsync(XmlWriter writer, KeyedCacheRoute route, CancellationToken cancellationToken)
    {
        foreach (var child in cache.List(route.Table, route.Prefix, MaximumChildren))
        {
            if (child.IsCollection)
            {
                WriteCollection(writer, route.Space, child.Name + "/");
                continue;
            }

            using var entry = await cache.OpenAsync(route.Table, child.Name, cancellationToken).ConfigureAwait(false);
            if (entry is not null)
            {
                WriteEntry(writer, route.Space, child.Name, entry);
            }
        }
    }
}
