using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Access;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Hosting;

/// <summary>Counts and logs every request, and knows how many are running.</summary>
internal sealed class RequestRecorder(StoreMetrics metrics, AccessLog? log, TimeProvider time)
{
    private long running;

    /// <summary>How many requests are being answered, besides those that ask how the store is.</summary>
    public long Running => Volatile.Read(ref running);

    public IApplicationBuilder AddTo(IApplicationBuilder application) => application.Use(next => context => RecordAsync(context, next));

    private async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        string path = context.Request.Path.Value ?? "";
        string route = StoreRoute.Of(path);
        if (route is "health")
        {
            await next(context);
            return;
        }

        long begun = time.GetTimestamp();
        CountedBody? body = null;
        if (context.Request.ContentLength is null && context.Request.Headers.TransferEncoding.Count > 0)
        {
            context.Request.Body = body = new CountedBody(context.Request.Body);
        }

        Interlocked.Increment(ref running);
        try
        {
            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref running);
            Record(context, path, route, time.GetElapsedTime(begun), body?.Count ?? context.Request.ContentLength ?? 0);
        }
    }

    private void Record(HttpContext context, string path, string route, TimeSpan duration, long received)
    {
        // A client that hung up got no answer, whatever the status was going to be (nginx calls it 499).
        int status = context.RequestAborted.IsCancellationRequested ? 499 : context.Response.StatusCode;
        long sent = HttpMethods.IsHead(context.Request.Method) || status is 499 ? 0 : context.Response.ContentLength ?? 0;
        metrics.Answered(context.Request.Method, route, status, duration, received, sent);
        log?.Add(new AccessLogEntry(
            time.GetUtcNow(),
            context.Connection.RemoteIpAddress?.ToString() ?? "",
            context.Features.Get<IRequestAccess>()?.Identity.ToString() ?? "",
            context.Request.Method,
            path,
            status,
            received,
            sent,
            duration));
    }
}
