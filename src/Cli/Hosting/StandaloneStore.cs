using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Serving;
using Provenance.ArtifactStore.Serving.Access;
using Provenance.ArtifactStore.Serving.Caches;
using Provenance.ArtifactStore.Space;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Hosting;

/// <summary>The store as a server of its own: registry and caches, guarded, measured, and ended without breaking off what runs.</summary>
internal sealed class StandaloneStore : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly WebApplication application;
    private readonly RequestRecorder recorder;
    private readonly StoreMetrics metrics;
    private readonly AccessLog? log;
    private readonly StoreSettings settings;
    private readonly CancellationTokenSource end = new();
    private Task scrubbing = Task.CompletedTask;
    private volatile bool ready;

    private StandaloneStore(WebApplication application, RequestRecorder recorder, StoreMetrics metrics, AccessLog? log, StoreSettings settings) =>
        (this.application, this.recorder, this.metrics, this.log, this.settings) = (application, recorder, metrics, log, settings);

    /// <summary><c>http://host:port</c> or <c>https://host:port</c>.</summary>
    public string Address => application.Urls.First();

    /// <summary>Starts serving a data folder.</summary>
    /// <exception cref="CommandException">The address cannot be served on.</exception>
    public static async Task<StandaloneStore> StartAsync(string folder, StoreSettings settings, Action<string> trouble, CancellationToken cancellationToken)
    {
        var metrics = new StoreMetrics(trouble);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new StandardErrorLogging()).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        var tls = settings.Tls is { } files ? new ServerTls(files, settings.ClientAuthorities, TimeProvider.System, trouble) : null;
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureForArtifacts();
            kestrel.Listen(settings.Listen, listen =>
            {
                if (tls is not null)
                {
                    listen.UseHttps(tls.Options);
                }
            });
        });
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Services.AddHostFiltering(filter => filter.AllowedHosts = settings is { IsLocal: true, Access: null } ? ["localhost", "127.0.0.1", "[::1]"] : ["*"]);
        builder.Services.AddArtifactStore(settings.StoreIn(folder)).AddCaches();
        if (settings.S3 is null)
        {
            builder.Services.AddCollections();
        }

        builder.Services.AddSingleton<IAccessObserver>(metrics);
        if (settings.Access is { } access)
        {
            builder.Services.AddAccessControl(access);
        }

        var application = builder.Build();
        var log = settings.AccessLog ? new AccessLog(Console.OpenStandardOutput()) : null;
        var recorder = new RequestRecorder(metrics, log, TimeProvider.System);
        var store = new StandaloneStore(application, recorder, metrics, log, settings);
        store.Map();
        await store.ListenAsync(cancellationToken);
        store.BeginScrubbing(trouble);
        return store;
    }

    /// <summary>Serves until cancelled, then takes no more work in and lets what runs come to its end.</summary>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            ready = false;
        }

        long begun = TimeProvider.System.GetTimestamp();
        while (recorder.Running > 0 && TimeProvider.System.GetElapsedTime(begun) < settings.Drain)
        {
            await Task.Delay(Look, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        ready = false;
        await end.CancelAsync();
        await scrubbing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await application.StopAsync(CancellationToken.None);
        await application.DisposeAsync();
        if (log is not null)
        {
            await log.DisposeAsync();
        }

        end.Dispose();
    }

    private void Map()
    {
        recorder.AddTo(application);
        application.UseHostFiltering();
        application.RefuseOtherSites();
        application.UseRegistryShortcut();
        application.UseRouting();
        if (settings.Access is not null)
        {
            application.UseAccessControl();
            application.MapTokens();
        }

        // While it ends, a client that has more to ask had better ask another replica.
        application.Use(next => context =>
        {
            if (!ready)
            {
                context.Response.Headers.Connection = "close";
            }

            return next(context);
        });
        application.MapRegistry();
        application.MapCaches();
        application.MapGet("/healthz", static () => Results.Text("ok\n")).AllowEveryone();
        application.MapGet("/readyz", AnswerReadiness).AllowEveryone();
        var space = application.Services.GetService<ISpace>();
        application.MapGet("/metrics", () => Results.Text(metrics.Write(new StoreGauges(recorder.Running, ready), space?.Figures), "text/plain; version=0.0.4; charset=utf-8")).AllowEveryone();
    }

    private void BeginScrubbing(Action<string> say)
    {
        if (settings.ScrubInterval is not { } interval)
        {
            return;
        }

        var services = application.Services;
        var schedule = new ScrubSchedule(
            services.GetRequiredService<IBlobScrubber>(), services.GetRequiredService<IBlobHealing>(), services.GetRequiredService<IKeyTable>(),
            metrics, interval, settings.ScrubRate, TimeProvider.System, say);
        scrubbing = Task.Run(() => schedule.RunAsync(end.Token));
    }

    private IResult AnswerReadiness() => ready ? Results.Text("ready\n") : Results.Text("ending\n", statusCode: StatusCodes.Status503ServiceUnavailable);

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await application.StartAsync(cancellationToken);
            ready = true;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await DisposeAsync();
            string problem = ListenProblem.Of(e);
            throw new CommandException(ExitCodes.Usage, $"{settings.Listen} {problem}. Choose another with --listen ADDRESS:PORT; port 0 takes a free one.");
        }
    }
}
