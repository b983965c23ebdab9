using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Blobs.S3;
using Provenance.ArtifactStore.Serving;
using Provenance.ArtifactStore.Serving.Access;
using Provenance.ArtifactStore.Serving.Caches;
using Provenance.ArtifactStore.Space;
using Provenance.ArtifactStore.Upstreams;

namespace Provenance.Testing.Registries;

/// <summary>The real registry on a free port of 127.0.0.1, over a temporary folder.</summary>
public sealed class LoopbackRegistry : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly TemporaryFolder folder;
    private readonly ConcurrentQueue<string> requests;

    private LoopbackRegistry(WebApplication application, TemporaryFolder folder, ConcurrentQueue<string> requests)
    {
        this.requests = requests;
        this.application = application;
        this.folder = folder;
        Uri = new Uri(application.Urls.First());
    }

    /// <summary>The root, <c>http://127.0.0.1:port/</c>.</summary>
    public Uri Uri { get; }

    /// <summary>The registry part of a reference: <c>127.0.0.1:port</c>.</summary>
    public string Address => Uri.Authority;

    /// <summary>The data folder.</summary>
    public string Folder => folder.Path;

    /// <summary>The services of the store, such as its catalog.</summary>
    public IServiceProvider Services => application.Services;

    /// <summary>The requests so far: method and path with query.</summary>
    public IReadOnlyList<string> Requests => [.. requests];

    /// <summary>Starts a registry.</summary>
    /// <param name="referrersApi">False for a registry that knows only the fallback tag.</param>
    /// <param name="configure">Adds services, such as observers.</param>
    /// <param name="anonymousMount">False for a registry that mounts blobs from named repositories only.</param>
    /// <param name="sparseManifests">True for a registry that takes manifests without their blobs.</param>
    /// <param name="maximumUploads">How many uploads may be unfinished.</param>
    /// <param name="space">The bounds of the store.</param>
    /// <param name="access">Turns access control on.</param>
    /// <param name="upstreams">The registries that are mirrored.</param>
    /// <param name="s3">Where the blobs are, if not on the disk.</param>
    public static async Task<LoopbackRegistry> StartAsync(
        bool referrersApi = true,
        Action<IServiceCollection>? configure = null,
        bool anonymousMount = true,
        bool sparseManifests = false,
        int maximumUploads = 1000,
        SpaceOptions? space = null,
        AccessOptions? access = null,
        S3Options? s3 = null,
        IReadOnlyList<Upstream>? upstreams = null)
    {
        var folder = new TemporaryFolder();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureForArtifacts();
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        builder.Services.AddArtifactStore(new ArtifactStoreOptions
        {
            Folder = folder.Path,
            ReferrersApi = referrersApi,
            AnonymousMount = anonymousMount,
            SparseManifests = sparseManifests,
            MaximumUploads = maximumUploads,
            Space = space ?? new SpaceOptions(),
            S3 = s3,
            Upstreams = upstreams ?? [],
        }).AddCaches();
        configure?.Invoke(builder.Services);
        if (access is not null)
        {
            builder.Services.AddAccessControl(access);
        }

        var application = builder.Build();
        var requests = new ConcurrentQueue<string>();
        application.Use(next => context =>
        {
            requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            return next(context);
        });
        application.UseRegistryShortcut();
        application.UseRouting();
        if (access is not null)
        {
            application.UseAccessControl();
            application.MapTokens();
            application.MapGet("/unguarded", static () => "nobody thought of a guard");
        }

        application.MapRegistry();
        application.MapCaches();
        await application.StartAsync();
        return new LoopbackRegistry(application, folder, requests);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        folder.Dispose();
    }
}
