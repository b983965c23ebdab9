using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Provenance.Bench.Store;

/// <summary>A server on 127.0.0.1 as a process of its own, which is killed when it is disposed of.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();

    private ServerProcess(string name, IPEndPoint endPoint, ProcessStartInfo start)
    {
        Name = name;
        EndPoint = endPoint;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        Started = Stopwatch.GetTimestamp();
        process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start.");
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it is called in the table.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>When it was started, by the clock of <see cref="Stopwatch"/>.</summary>
    public long Started { get; }

    /// <summary>The time that processors spent on it.</summary>
    public TimeSpan ProcessorTime => ProcessFiles.ProcessorTime(process.Id);

    /// <summary>The memory that it has resident, in MiB.</summary>
    public double Resident => ProcessFiles.Resident(process.Id);

    /// <summary>The most memory that it had resident, in MiB.</summary>
    public double PeakResident
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64 / (1024.0 * 1024);
        }
    }

    /// <summary>Starts a server and waits until a GET of a path is answered with success.</summary>
    public static async Task<ServerProcess> StartAsync(
        string name, int port, string probe, ProcessStartInfo start, CancellationToken cancellationToken)
    {
        var server = new ServerProcess(name, new IPEndPoint(IPAddress.Loopback, port), start);
        try
        {
            await server.WhenAnsweringAsync(probe, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private async Task WhenAnsweringAsync(string probe, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{EndPoint}") };
        while (Stopwatch.GetElapsedTime(Started) < Patience && !process.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(probe, UriKind.Relative), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(PollInterval, cancellationToken);
        }

        throw new InvalidOperationException($"{Name} does not answer on {EndPoint}:\n{string.Join('\n', output)}");
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text && output.Count < 10)
        {
            output.Enqueue(text);
        }
    }
}
