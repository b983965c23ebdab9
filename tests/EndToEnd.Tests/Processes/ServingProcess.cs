using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.EndToEnd.Tests.Processes;

/// <summary><c>provenance up</c> on a free port, from ready to stopped.</summary>
internal sealed class ServingProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> error = new();

    private ServingProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    /// <summary><c>http://127.0.0.1:port</c>.</summary>
    public string Address { get; private set; } = "";

    /// <summary><c>127.0.0.1:port</c>.</summary>
    public string Registry => Address["http://".Length..];

    public IReadOnlyList<string> Output => [.. output];

    public IReadOnlyList<string> Error => [.. error];

    public HttpClient Http { get; } = new() { Timeout = Limit };

    private string Story => $"standard output:\n{string.Join('\n', output)}\nstandard error:\n{string.Join('\n', error)}";

    /// <summary>Starts <c>up</c> with JSON output and waits until it is ready.</summary>
    public static async Task<ServingProcess> StartAsync(string data, params string[] arguments)
    {
        var server = new ServingProcess(Executable.Start(new Dictionary<string, string>(), ["up", "--port", "0", "--output", "json", "--data", data, .. arguments]));
        try
        {
            string addressFile = Path.Combine(data, "address");
            await server.WaitAsync("readiness", async () =>
            {
                if (!File.Exists(addressFile) || (await File.ReadAllLinesAsync(addressFile)) is not [var address, _])
                {
                    return false;
                }

                server.Address = address;
                using var answer = await server.Http.GetAsync(new Uri(address + "/readyz"));
                return answer.IsSuccessStatusCode;
            });
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the JSON line about a run.</summary>
    public async Task<JsonElement> WaitForRunAsync(string run)
    {
        JsonElement? found = null;
        await WaitAsync($"a line about {run}", () =>
        {
            found = output.Select(static line => JsonDocument.Parse(line).RootElement).Cast<JsonElement?>().FirstOrDefault(line => line!.Value.GetProperty("run").GetString() == run);
            return Task.FromResult(found is not null);
        });
        return found!.Value;
    }

    public async Task WaitAsync(string what, Func<Task<bool>> condition)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Not yet.
            }

            if (process.HasExited || watch.Elapsed > Limit)
            {
                throw new TimeoutException($"Waited in vain for {what}; the process {(process.HasExited ? $"ended with {process.ExitCode}" : "is still running")}; {Story}");
            }
        }
    }

    /// <summary>The attestations of a subject, as the registry lists them.</summary>
    public async Task<IReadOnlyList<Descriptor>> ReferrersAsync(string repository, string digest)
    {
        var registry = new RemoteRegistry(new RemoteRegistryOptions(), TimeProvider.System);
        return await registry.Repository(Reference.Parse($"{Registry}/{repository}")).FetchReferrersAsync(Digest.Parse(digest), CancellationToken.None);
    }

    /// <summary>Asks the process to end, as a supervisor does, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Executable.Terminate(process);
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        Executable.Kill(process);
        process.Dispose();
        Http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
