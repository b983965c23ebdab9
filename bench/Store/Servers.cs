using System.Diagnostics;
using System.Globalization;

namespace Provenance.Bench.Store;

/// <summary>Starts the store and the servers that it is compared with, each with its data below one folder.</summary>
internal sealed class Servers(string folder, StoreSettings settings)
{
    /// <summary>The name of the store in the table.</summary>
    public const string Store = "provenance";

    /// <summary>The name of Debian's registry.</summary>
    public const string Registry = "docker-registry";

    /// <summary>The name of nginx, which serves the same bytes as plain files.</summary>
    public const string Nginx = "nginx";

    /// <summary>The folder whose files nginx serves.</summary>
    public string NginxRoot => Path.Combine(folder, "nginx");

    /// <summary>Starts <c>provenance up</c>.</summary>
    public Task<ServerProcess> StartStoreAsync(CancellationToken cancellationToken)
    {
        int port = ServerProcess.FreePort();
        string program = Testing.Repository.PathOf("src", "Cli", "bin", "Release", "net10.0", "provenance.dll");
        var start = new ProcessStartInfo("dotnet", [program, "up", "--port", Text(port), "--data", DataFolder]);
        foreach (string[] variable in settings.Environment.Select(static e => e.Split('=', 2)))
        {
            start.Environment[variable[0]] = variable[1];
        }

        return ServerProcess.StartAsync(Store, port, "/readyz", start, cancellationToken);
    }

    /// <summary>The data folder of the store.</summary>
    public string DataFolder => Path.Combine(folder, "provenance");

    /// <summary>Starts docker-registry with its files on disk, without logging requests.</summary>
    public async Task<ServerProcess> StartRegistryAsync(CancellationToken cancellationToken)
    {
        int port = ServerProcess.FreePort();
        string configuration = Path.Combine(folder, "registry.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            version: 0.1
            log:
              level: error
              accesslog:
                disabled: true
            storage:
              filesystem:
                rootdirectory: {{Path.Combine(folder, "registry")}}
            http:
              addr: 127.0.0.1:{{port}}
            """,
            cancellationToken);
        var start = new ProcessStartInfo(Program("DOCKER_REGISTRY"), ["serve", configuration]);
        return await ServerProcess.StartAsync(Registry, port, "/v2/", start, cancellationToken);
    }

    /// <summary>Starts nginx with two workers and sendfile.</summary>
    public async Task<ServerProcess> StartNginxAsync(CancellationToken cancellationToken)
    {
        int port = ServerProcess.FreePort();
        Directory.CreateDirectory(NginxRoot);
        await File.WriteAllTextAsync(Path.Combine(NginxRoot, "ready"), "ready\n", cancellationToken);
        string configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            daemon off;
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            worker_processes 2;
            pid {{folder}}/nginx.pid;
            error_log stderr error;
            events { worker_connections 1024; }
            http {
              access_log off;
              sendfile on;
              tcp_nopush on;
              keepalive_requests 1000000000;
              default_type application/octet-stream;
              client_body_temp_path {{folder}}/nginx-body;
              proxy_temp_path {{folder}}/nginx-proxy;
              fastcgi_temp_path {{folder}}/nginx-fastcgi;
              uwsgi_temp_path {{folder}}/nginx-uwsgi;
              scgi_temp_path {{folder}}/nginx-scgi;
              server {
                listen 127.0.0.1:{{port}};
                root {{NginxRoot}};
              }
            }
            """,
            cancellationToken);
        var start = new ProcessStartInfo(Program("NGINX"), ["-p", folder, "-c", configuration]);

        // To nginx a variable of its own name means sockets that it inherits.
        start.Environment.Remove("NGINX");
        return await ServerProcess.StartAsync(Nginx, port, "/ready", start, cancellationToken);
    }

    private static string Program(string variable) =>
        Environment.GetEnvironmentVariable(variable) ?? throw new InvalidOperationException($"${variable} names no program. Run bench/run, which asks eng/peers for it.");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
