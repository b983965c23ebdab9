using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Provenance.Cli.Reporting;
using Provenance.Watcher.Watching;

namespace Provenance.Cli.Hosting;

/// <summary>What a cluster asks a watcher: whether it lives, whether it is ready, and its metrics.</summary>
internal static class WatchServer
{
    public static async Task<WebApplication> StartAsync(IPEndPoint endpoint, RunWatch watch, WatchReporter reporter, int shards, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(endpoint);
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = 64;
        });
        var application = builder.Build();
        application.MapGet("/healthz", static () => Results.Text("ok\n"));
        application.MapGet("/readyz", () =>
        {
            var reasons = watch.Status.NotReady;
            return Results.Text(reasons.Count is 0 ? "ready\n" : string.Join('\n', reasons) + "\n", statusCode: reasons.Count is 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        application.MapGet("/metrics", () => Results.Text(reporter.Metrics(watch.Status, shards), "text/plain; version=0.0.4; charset=utf-8"));
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            await application.DisposeAsync();
            throw new CommandException(ExitCodes.Usage, $"{endpoint} cannot be served on: {e.Message} Choose another with --listen ADDRESS:PORT.");
        }

        return application;
    }
}
