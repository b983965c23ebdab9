using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Serving;
using Provenance.ArtifactStore.Serving.Caches;
using Provenance.Attestor;
using Provenance.Attestor.Lookups;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Hosting;

/// <summary>The store in this process: OCI registry, content-addressed store and look-ups on a port of the loopback interface.</summary>
internal sealed class StoreServer : IAsyncDisposable
{
    /// <summary>The header of <c>/readyz</c> that tells this process from another one that was given the same port later.</summary>
    public const string InstanceHeader = "Provenance-Instance";

    private readonly WebApplication application;
    private readonly AttestationIndex index;
    private readonly string instance = Guid.NewGuid().ToString("N");
    private volatile bool ready;

    private StoreServer(WebApplication application, AttestationIndex index)
    {
        this.application = application;
        this.index = index;
    }

    /// <summary><c>host:port</c>, as it stands in image references.</summary>
    public string Registry => new Uri(application.Urls.First()).Authority;

    /// <summary><c>http://host:port</c>.</summary>
    public string Address => "http://" + Registry;

    /// <summary>Lets commands find this process by the data folder.</summary>
    public Task AnnounceAsync(DataLayout layout, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(layout.Address, $"{Address}\n{instance}\n", cancellationToken);

    /// <summary>Starts serving the data folder.</summary>
    /// <param name="layout">The data folder.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="trusted">Whose signatures the look-ups take for proof.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<StoreServer> StartAsync(DataLayout layout, int port, TrustedSigners trusted, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        // What stops the start is said by the command, in one line.
        builder.Logging.ClearProviders().AddProvider(new StandardErrorLogging()).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureForArtifacts();
            kestrel.Listen(IPAddress.Loopback, port);
        });
        // A web page that resolves its own name to 127.0.0.1 must not reach the store through a browser.
        builder.Services.AddHostFiltering(static filter => filter.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        builder.Services.AddArtifactStore(new ArtifactStoreOptions { Folder = layout.Store }).AddCaches();
        builder.Services
            .AddSingleton(trusted)
            .AddSingleton(_ => AttestationIndex.Open(layout.Index, trusted))
            .AddLookups()
            .AddMediator();
        var application = builder.Build();
        application.UseHostFiltering();
        application.RefuseOtherSites();
        application.UseRegistryShortcut();
        application.UseRouting();
        application.MapRegistry();
        application.MapCaches();
        var server = new StoreServer(application, application.Services.GetRequiredService<AttestationIndex>());
        application.MapGet("/readyz", server.AnswerReadiness);
        application.MapGet("/lookup/{digest}", LookUpAsync);
        if (!server.index.IsComplete)
        {
            await application.Services.GetRequiredService<AttestationIndexer>().RebuildAsync(cancellationToken);
        }

        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await application.DisposeAsync();
            string problem = ListenProblem.Of(e);
            throw new CommandException(ExitCodes.Usage, $"Port {port} of 127.0.0.1 {problem}. Choose another with --port N; 0 takes a free one.");
        }

        server.ready = true;
        return server;
    }

    /// <summary>Serves until cancelled.</summary>
    public static Task ServeAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        ready = false;
        await application.StopAsync(CancellationToken.None);
        await application.DisposeAsync();
    }

    private IResult AnswerReadiness(HttpContext context)
    {
        context.Response.Headers[InstanceHeader] = instance;
        return ready ? Results.Text("ready\n") : Results.Text("starting\n", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task LookUpAsync(string digest, IMediator mediator, HttpContext context)
    {
        if (!DigestText.IsValid(digest))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync($"A digest is written algorithm:hex, with sha256, sha512, sha1 or gitCommit.\n", context.RequestAborted);
            return;
        }

        var found = await mediator.Send(new LookupDigest(digest), context.RequestAborted);
        context.Response.StatusCode = found.IsKnown ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, found, JsonOutput.Default.DigestLookup, context.RequestAborted);
    }
}
