using System.Text.Json;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary>The sample runs, attested once; each test works on a copy of the data folder.</summary>
public sealed class SampleRuns : IAsyncLifetime, IDisposable
{
    /// <summary>How many attestations the 7 attested runs have: one for each subject of each run.</summary>
    public const int Attestations = 9;

    private readonly TemporaryFolder folder = new();

    internal CommandResult First { get; private set; } = null!;

    /// <summary>What was printed about a run.</summary>
    internal JsonElement this[string run] => First.JsonLines.Single(line => line.GetProperty("run").GetString() == run);

    public async Task InitializeAsync() =>
        First = await Executable.RunAsync("up", Executable.Samples, "--once", "--output", "json", "--port", "0", "--data", folder["data"]);

    public Task DisposeAsync()
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => folder.Dispose();

    /// <summary>A copy of the data folder as the first start left it.</summary>
    internal TemporaryFolder Copy()
    {
        var copy = new TemporaryFolder();
        foreach (string file in Directory.EnumerateFiles(folder["data"], "*", SearchOption.AllDirectories))
        {
            string target = copy[Path.GetRelativePath(folder["data"], file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    /// <summary>How many attestations the registry lists of all subjects of the first start.</summary>
    internal async Task<int> CountAttestationsAsync(ServingProcess server)
    {
        int count = 0;
        foreach (var (repository, digest) in Subjects())
        {
            count += (await server.ReferrersAsync(repository, digest)).Count;
        }

        return count;
    }

    /// <summary>The repository of the attestations and the digest, once for each subject.</summary>
    internal IEnumerable<(string Repository, string Digest)> Subjects() => First.JsonLines
        .SelectMany(static line => line.GetProperty("subjects").EnumerateArray())
        .Select(static s => (ArtifactStore.Registries.Reference.Parse(s.GetProperty("attestation").GetString()!).Repository, s.GetProperty("digest").GetString()!))
        .Distinct();
}
