using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Serving;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Statements;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Xunit.Abstractions;

namespace Provenance.EndToEnd.Tests.Durability;

/// <summary>
/// The process is killed without warning again and again while runs keep coming in: half of the times at any moment, half of the times
/// just after a run was reported, so that it is at work. Nothing may be lost, made twice, or left half written.
/// </summary>
public sealed class KilledProcessTests(ITestOutputHelper log) : IDisposable
{
    private const int Runs = 200;
    private const int Kills = 20;

    private static readonly IReadOnlyDictionary<string, string> NoVariables = new Dictionary<string, string>();

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_run_has_one_attestation_after_twenty_kills()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("PROVENANCE_TEST_SEED"), out int given) ? given : Random.Shared.Next();
        log.WriteLine($"PROVENANCE_TEST_SEED={seed}");
        var random = new Random(seed);
        Directory.CreateDirectory(folder["runs"]);
        var fullRun = await MeasureAsync();
        int written = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            for (; written < Runs * (kill + 1) / Kills; written++)
            {
                await WriteRunAsync(written);
            }

            await KillAsync(
                kill % 2 is 0 ? TimeSpan.FromMilliseconds(random.Next(50, (int)fullRun.TotalMilliseconds)) : null,
                reports: random.Next(1, 1 + (Runs / Kills)));
        }

        var last = (await Executable.RunAsync("up", folder["runs"], "--once", "--port", "0", "--output", "json", "--data", folder["data"])).ShouldEndWith(0);
        last.JsonLines.Should().HaveCount(Runs, "seed {0}", seed);
        last.JsonLines.Select(static l => l.GetProperty("outcome").GetString()).Should().OnlyContain(static o => o == "attested" || o == "already-attested", "seed {0}", seed);
        last.JsonLines.Select(static l => l.GetProperty("outcome").GetString()).Should().Contain("already-attested", "the killed processes did some of the work (seed {0})", seed);
        await ShouldBeAttestedOnceAsync(seed);
        await ShouldBeWholeAsync(seed);
    }

    /// <summary>How long a start takes that has one of the twenty portions to do.</summary>
    private async Task<TimeSpan> MeasureAsync()
    {
        Directory.CreateDirectory(folder["measured"]);
        for (int i = 0; i < Runs / Kills; i++)
        {
            await File.WriteAllTextAsync(folder[$"measured/{i}.json"], Run(i));
        }

        var watch = Stopwatch.StartNew();
        (await Executable.RunAsync("up", folder["measured"], "--once", "--port", "0", "--data", folder["measured-data"])).ShouldEndWith(0);
        return watch.Elapsed;
    }

    private async Task KillAsync(TimeSpan? delay, int reports)
    {
        using var process = Executable.Start(NoVariables, "up", folder["runs"], "--once", "--port", "0", "--output", "json", "--data", folder["data"]);
        try
        {
            var drained = process.StandardError.ReadToEndAsync();
            if (delay is { } time)
            {
                await Task.Delay(time);
            }
            else
            {
                for (int seen = 0; seen < reports && await process.StandardOutput.ReadLineAsync() is { } line;)
                {
                    seen += line.Contains("\"outcome\":\"attested\"", StringComparison.Ordinal) ? 1 : 0;
                }
            }

            log.WriteLine(process.HasExited ? "ended by itself" : delay is null ? $"killed after {reports} reports" : $"killed after {delay}");
            Executable.Kill(process);
            (await drained).Should().NotContain("error:", "a crash must not keep the next start from working");
        }
        finally
        {
            Executable.Kill(process);
        }
    }

    private async Task ShouldBeAttestedOnceAsync(int seed)
    {
        var key = KeyFile.LoadPublicKey(folder["data/keys/attestor.pub"]);
        await using var server = await ServingProcess.StartAsync(folder["data"]);
        var registry = new RemoteRegistry(new RemoteRegistryOptions(), TimeProvider.System);
        for (int i = 0; i < Runs; i++)
        {
            var bundles = new HashSet<Digest>();
            foreach (var (repository, subject) in Subjects(i))
            {
                var client = registry.Repository(Reference.Parse($"{server.Registry}/{repository}"));
                var referrers = await client.FetchReferrersAsync(subject, CancellationToken.None);
                referrers.Should().ContainSingle("run {0} has one attestation of {1} (seed {2})", i, repository, seed);
                var manifest = await client.FetchManifestAsync(referrers[0].Digest, CancellationToken.None);
                byte[]? bundle = await client.FetchBlobAsync(BundleManifest.FindBundle(manifest!.Content)!, Bundle.MaximumSize, CancellationToken.None);
                var envelope = Bundle.Parse(bundle).Envelope;
                key.Verify(envelope.ToSignedBytes(), envelope.Signatures[0].Value.Span).Should().BeTrue();
                var statement = StatementReader.Read(envelope.Payload);
                statement.Subjects.Select(static s => s.Digest!.ContentDigest).Should().Contain(subject);
                statement.Predicate.GetProperty("buildDefinition").GetProperty("internalParameters").GetProperty("run").GetProperty("name").GetString().Should().Be(Name(i));
                bundles.Add(Digest.Of(bundle));
            }

            bundles.Should().ContainSingle("all subjects of run {0} share one signature (seed {1})", i, seed);
        }

        (await Executable.RunAsync("verify", Subjects(0)[0].Subject.ToString(), "--data", folder["data"], "--key", folder["data/keys/attestor.pub"])).ShouldEndWith(0);
        (await server.StopAsync()).Should().Be(0);
    }

    private async Task ShouldBeWholeAsync(int seed)
    {
        Directory.EnumerateFileSystemEntries(folder["data/store/tmp"]).Should().BeEmpty();
        var services = new ServiceCollection().AddArtifactStore(new ArtifactStoreOptions { Folder = folder["data/store"] }).BuildServiceProvider();
        await using (services)
        {
            var scrub = await services.GetRequiredService<IBlobScrubber>()
                .ScrubAsync(new ScrubOptions { BytesPerSecond = long.MaxValue }, progress: null, CancellationToken.None);
            scrub.Blobs.Should().BePositive();
            scrub.Corrupted.Should().BeEmpty("seed {0}", seed);
            scrub.Unnamed.Should().Be(0, "seed {0}", seed);
            var blobs = services.GetRequiredService<IBlobStore>();
            var keys = services.GetRequiredService<IKeyTable>();
            string[] tables = [.. keys.ListTables("blobs/"), .. keys.ListTables("manifests/")];
            tables.Should().NotBeEmpty();
            foreach (string name in tables.SelectMany(table => keys.List(table, after: null, int.MaxValue)))
            {
                (await blobs.FindSizeAsync(Digest.Parse(name), CancellationToken.None)).Should().NotBeNull("{0} is in a repository (seed {1})", name, seed);
            }
        }

        var attested = File.ReadAllLines(folder["data/attested.jsonl"]).Select(static l => JsonDocument.Parse(l).RootElement.GetProperty("run").GetString()).ToList();
        attested.Should().HaveCount(Runs, "seed {0}", seed).And.OnlyHaveUniqueItems();
        Directory.EnumerateFileSystemEntries(folder["data"]).Select(Path.GetFileName).Should().BeEquivalentTo("attested.jsonl", "builder-id", "index.db", "keys", "store");
    }

    private Task WriteRunAsync(int i) => File.WriteAllTextAsync(folder[$"runs/{i:D3}.json"], Run(i));

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"run-{i:D3}");

    /// <summary>Every other run has an image as well, so that it can be cut short between its subjects.</summary>
    private static List<(string Repository, Digest Subject)> Subjects(int i)
    {
        List<(string, Digest)> subjects = [("attestations", Digest.Of(Encoding.ASCII.GetBytes("archive of " + Name(i))))];
        if (i % 2 is 0)
        {
            subjects.Add(("registry.example.com/killed/app", Digest.Of(Encoding.ASCII.GetBytes("image of " + Name(i)))));
        }

        return subjects;
    }

    private static string Run(int i)
    {
        var outputs = Subjects(i).Select((s, position) => (JsonNode)new JsonObject
        {
            ["name"] = position is 0 ? "archive" : "image",
            ["buildOutput"] = true,
            ["values"] = new JsonArray(new JsonObject
            {
                ["uri"] = position is 0 ? $"https://downloads.example.com/{Name(i)}.tar" : "oci://" + s.Repository,
                ["digest"] = new JsonObject { ["sha256"] = s.Subject.Hex },
            }),
        });
        return new JsonObject
        {
            ["apiVersion"] = "tekton.dev/v1",
            ["kind"] = "TaskRun",
            ["metadata"] = new JsonObject { ["name"] = Name(i), ["namespace"] = "killed", ["uid"] = $"uid-{i}" },
            ["spec"] = new JsonObject { ["taskRef"] = new JsonObject { ["name"] = "build" } },
            ["status"] = new JsonObject
            {
                ["completionTime"] = "2026-11-20T10:01:00Z",
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Succeeded", ["status"] = "True" }),
                ["steps"] = new JsonArray(new JsonObject { ["name"] = "build", ["outputs"] = new JsonArray([.. outputs]) }),
            },
        }.ToJsonString();
    }
}
