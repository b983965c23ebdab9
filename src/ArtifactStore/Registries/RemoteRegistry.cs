using System.Collections.Concurrent;
using System.Net;

namespace Provenance.ArtifactStore.Registries;

/// <summary>Clients for the repositories of any OCI registry, over HTTP.</summary>
public sealed class RemoteRegistry : IRegistryClient, IDisposable
{
    private const int MaximumRegistries = 1000;

    private readonly ConcurrentDictionary<string, RegistryTransport> transports = new(StringComparer.Ordinal);
    private readonly RemoteRegistryOptions options;
    private readonly TimeProvider time;
    private readonly DockerConfiguration configuration;
    private readonly SubjectLocks locks;
    private readonly HttpClient remote = NewClient(useProxy: true, isGuarded: false);
    private readonly HttpClient guarded = NewClient(useProxy: true, isGuarded: true);

    // What runs on this machine is never reached through a proxy.
    private readonly HttpClient local = NewClient(useProxy: false, isGuarded: false);

    /// <summary>A client with the given options.</summary>
    public RemoteRegistry(RemoteRegistryOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Attempts, 1);
        this.options = options;
        this.time = time;
        configuration = new DockerConfiguration(options.CredentialsFile);
        locks = new SubjectLocks(time, SubjectLocks.FolderOfUser());
    }

    /// <inheritdoc/>
    public IRepository Repository(Reference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (transports.Count >= MaximumRegistries)
        {
            transports.Clear();
        }

        return new RemoteRepository(transports.GetOrAdd(reference.Registry, Connect), reference.Repository, locks, options, time);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        remote.Dispose();
        guarded.Dispose();
        local.Dispose();
    }

    private static HttpClient NewClient(bool useProxy, bool isGuarded)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = useProxy,

            // Redirects are followed by the transport, which knows where credentials may go.
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = isGuarded ? AddressGuard.ConnectAsync : null,
        };
        return new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private RegistryTransport Connect(string registry)
    {
        var host = new RegistryHost(registry, options.PlainHttp);
        bool mayBeLocal = options.MayBeLocal is not { } named || named.Contains(registry);
        var http = !mayBeLocal ? guarded : host.IsLoopback ? local : remote;

        // A registry on this machine must not send us to others there that nobody named, nor a registry elsewhere to any.
        var elsewhere = options.MayBeLocal is null ? http : guarded;
        return new RegistryTransport(host, http, elsewhere, new RegistryAuthentication(host, http, elsewhere, configuration, options, time), options, time);
    }
}
