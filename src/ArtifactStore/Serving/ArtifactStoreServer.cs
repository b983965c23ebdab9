using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Provenance.ArtifactStore.Serving;

/// <summary>Sets up the web server for the artifact store.</summary>
public static class ArtifactStoreServer
{
    /// <summary>
    /// Bounds what one client can hold: the size and number of headers, the time until they are there, the time between two requests, and
    /// how slowly a body may come in or be taken. The size of bodies is bounded by the endpoints, which know what they take.
    /// </summary>
    public static void ConfigureForArtifacts(this KestrelServerOptions server)
    {
        ArgumentNullException.ThrowIfNull(server);
        server.AddServerHeader = false;
        var limits = server.Limits;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(15));
        // Two slices of a blob: the next one is read while one is sent, and no more waits for a client that stalls.
        limits.MaxResponseBufferSize = 128 * 1024;
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(15));
        limits.MaxConcurrentConnections = 10_000;
        limits.MaxConcurrentUpgradedConnections = 0;
    }
}
