using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Provenance.Bench.Watch;

/// <summary><c>provenance watch</c> as a process of its own, which is killed when it is disposed of.</summary>
internal sealed class WatcherProcess : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly Process process;
    private readonly HttpClient client;
    private readonly ConcurrentQueue<string> output = new();

    private WatcherProcess(ProcessStartInfo start, Uri address)
    {
        client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        Started = Stopwatch.GetTimestamp();
        process = Process.Start(start) ?? throw new InvalidOperationException("The watcher did not start.");
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>When it was started, by the clock of <see cref="Stopwatch"/>.</summary>
    public long Started { get; }

    /// <summary>The most memory that it had resident, in MiB (VmHWM).</summary>
    public double PeakMemory
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64 / (1024.0 * 1024);
        }
    }

    /// <summary>The time that processors spent on it, in its own code and in the kernel.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Starts one.</summary>
    /// <param name="arguments">The arguments after <c>watch</c>, without <c>--listen</c>.</param>
    /// <param name="environment">Variables for it, <c>NAME=VALUE</c>.</param>
    public static WatcherProcess Start(IEnumerable<string> arguments, IEnumerable<string> environment)
    {
        string program = Testing.Repository.PathOf("src", "Cli", "bin", "Release", "net10.0", "provenance.dll");
        string listen = FreeAddress();
        var start = new ProcessStartInfo("dotnet", [program, "watch", .. arguments, "--listen", listen])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string[] variable in environment.Select(static e => e.Split('=', 2)))
        {
            start.Environment[variable[0]] = variable[1];
        }

        return new WatcherProcess(start, new Uri($"http://{listen}"));
    }

    /// <summary>Waits until it says that it is ready; returns when that was.</summary>
    public async Task<long> WhenReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            RequireAlive();
            try
            {
                using var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return Stopwatch.GetTimestamp();
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>The sum of a metric over those of its label sets that contain a text.</summary>
    public async Task<double> MetricAsync(string name, string label, CancellationToken cancellationToken)
    {
        string text = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellationToken);
        return text.Split('\n')
            .Where(l => l.StartsWith(name, StringComparison.Ordinal) && l.Contains(label, StringComparison.Ordinal))
            .Sum(static l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until something is the case, and fails when the process has ended.</summary>
    public async Task WhenAsync(Func<bool> condition, TimeSpan interval, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            RequireAlive();
            await Task.Delay(interval, cancellationToken);
        }
    }

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
        client.Dispose();
    }

    private void RequireAlive()
    {
        if (process.HasExited)
        {
            throw new InvalidOperationException($"The watcher ended with status {process.ExitCode}:\n{string.Join('\n', output)}");
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text && output.Count < 100)
        {
            output.Enqueue(text);
        }
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }
}
