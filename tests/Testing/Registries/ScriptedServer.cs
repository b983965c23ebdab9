using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Provenance.Testing.Registries;

/// <summary>A server on 127.0.0.1 that answers as the test says, and remembers what it was asked.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<string> requests = new();

    private ScriptedServer(RequestDelegate answer, int port, X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        application = builder.Build();
        application.Run(context =>
        {
            string authorization = context.Request.Headers.Authorization.ToString();
            requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {authorization}".TrimEnd());
            return answer(context);
        });
    }

    /// <summary>The registry part of a reference: <c>127.0.0.1:port</c>.</summary>
    public string Address => new Uri(application.Urls.First()).Authority;

    /// <summary>The requests so far: method, path with query, and the Authorization header where there was one.</summary>
    public IReadOnlyList<string> Requests => [.. requests];

    /// <summary>Starts a server, on a free port unless one is named, over TLS where it has a certificate.</summary>
    public static async Task<ScriptedServer> StartAsync(RequestDelegate answer, int port = 0, X509Certificate2? certificate = null)
    {
        var server = new ScriptedServer(answer, port, certificate);
        await server.application.StartAsync();
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Answers that never end must not hold the test up.
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await application.StopAsync(atOnce.Token);
        await application.DisposeAsync();
    }
}
