using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Provenance.Testing.Kubernetes;

/// <summary>Serves one watch.</summary>
internal static class StubWatch
{
    public static async Task ServeAsync(HttpContext context, StubResource resource, string? @namespace, StreamedLists streams)
    {
        var query = context.Request.Query;
        bool isStreamedList = query["sendInitialEvents"] == "true";
        if (isStreamedList && streams is StreamedLists.Refused)
        {
            await StubStatus.AnswerAsync(context, 422, "Invalid", "sendInitialEvents is forbidden for watch");
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(context.RequestAborted);
        if (isStreamedList && streams is StreamedLists.ErrorEvent)
        {
            Write(context.Response.BodyWriter, "ERROR", Encoding.UTF8.GetBytes(StubStatus.Json(500, "InternalError", "storage feature RequestWatchProgress is disabled")));
            return;
        }

        long from;
        if (isStreamedList)
        {
            from = await ListAsync(context, resource, @namespace, streams);
        }
        else
        {
            from = long.Parse(query["resourceVersion"].ToString(), CultureInfo.InvariantCulture);
        }

        await FollowAsync(context, resource, @namespace, from);
    }

    public static void Write(IBufferWriter<byte> writer, string type, ReadOnlyMemory<byte> item)
    {
        writer.Write("{\"type\":\""u8);
        Encoding.ASCII.GetBytes(type, writer);
        writer.Write("\",\"object\":"u8);
        writer.Write(item.Span);
        writer.Write("}\n"u8);
    }

    private static async Task<long> ListAsync(HttpContext context, StubResource resource, string? @namespace, StreamedLists streams)
    {
        var (objects, version) = resource.Snapshot();
        var writer = context.Response.BodyWriter;
        foreach (var item in objects.Where(o => @namespace is null || o.Namespace == @namespace))
        {
            Write(writer, "ADDED", item.Json);
            if (writer.UnflushedBytes > 256 * 1024)
            {
                await writer.FlushAsync(context.RequestAborted);
            }
        }

        if (streams is StreamedLists.Served)
        {
            string bookmark = $$$"""{"metadata":{"resourceVersion":"{{{version}}}","annotations":{"k8s.io/initial-events-end":"true"} } }""";
            Write(writer, "BOOKMARK", Encoding.UTF8.GetBytes(bookmark));
        }

        await writer.FlushAsync(context.RequestAborted);
        return version;
    }

    private static async Task FollowAsync(HttpContext context, StubResource resource, string? @namespace, long from)
    {
        var writer = context.Response.BodyWriter;
        int position = resource.PositionAfter(from);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        if (int.TryParse(context.Request.Query["timeoutSeconds"], CultureInfo.InvariantCulture, out int seconds))
        {
            ending.CancelAfter(TimeSpan.FromSeconds(seconds));
        }

        while (!ending.IsCancellationRequested)
        {
            var events = resource.EventsFrom(ref position, out var more);
            foreach (var sent in events.Where(e => (@namespace is null || e.IsOnce || e.Namespace == @namespace) && e.Take()))
            {
                switch (sent.Type)
                {
                    case "END":
                        return;
                    case "CUT":
                        writer.Write("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"cut"u8);
                        await writer.FlushAsync(context.RequestAborted);
                        context.Abort();
                        return;
                    case "RAW":
                        writer.Write(sent.Object.Span);
                        break;
                    default:
                        Write(writer, sent.Type, sent.Object);
                        break;
                }

                if (sent.Type is "ERROR")
                {
                    return;
                }
            }

            await writer.FlushAsync(context.RequestAborted);
            await Task.WhenAny(more, Task.Delay(Timeout.Infinite, ending.Token));
        }
    }
}
