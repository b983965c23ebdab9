using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Provenance.EndToEnd.Tests.Processes;

/// <summary><c>provenance store</c> on a free port, from ready to killed.</summary>
internal sealed class StoreProcess : IDisposable
{
    private const string Serving = "serving     ";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly ConcurrentQueue<string> error = new();
    private readonly TaskCompletionSource<string> address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StoreProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    /// <summary>What it said on standard error.</summary>
    public IReadOnlyList<string> Error => [.. error];

    /// <summary>From its start until it said that it is ready.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>How many bytes it had read by then, from whatever file.</summary>
    public long BytesRead { get; private set; }

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit };

    public static async Task<StoreProcess> StartAsync(string data)
    {
        var watch = Stopwatch.StartNew();
        var store = new StoreProcess(Executable.Start(new Dictionary<string, string>(), "store", "--listen", "127.0.0.1:0", "--data", data, "--no-access-log"));
        try
        {
            store.Http.BaseAddress = new Uri(await store.address.Task.WaitAsync(Limit));
            using var ready = await store.Http.GetAsync(new Uri("/readyz", UriKind.Relative));
            ready.EnsureSuccessStatusCode();
            store.StartTime = watch.Elapsed;
            store.BytesRead = store.ReadBytes();
            return store;
        }
        catch (Exception e)
        {
            store.Dispose();
            throw new InvalidOperationException($"The store did not become ready; it said: {string.Join('\n', store.Error)}", e);
        }
    }

    /// <summary>Ends the process at once, without a word.</summary>
    public void Kill() => Executable.Kill(process);

    public void Dispose()
    {
        Kill();
        process.Dispose();
        Http.Dispose();
    }

    private long ReadBytes()
    {
        string line = File.ReadLines($"/proc/{process.Id.ToString(CultureInfo.InvariantCulture)}/io").First(static l => l.StartsWith("rchar: ", StringComparison.Ordinal));
        return long.Parse(line["rchar: ".Length..], CultureInfo.InvariantCulture);
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            address.TrySetException(new InvalidOperationException("It ended."));
            return;
        }

        error.Enqueue(line);
        if (line.StartsWith(Serving, StringComparison.Ordinal))
        {
            address.TrySetResult(line[Serving.Length..].Split(' ')[0]);
        }
    }
}
