using System.Text.Json;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>What the registries of a world hold at its end, as a verifier would find it.</summary>
internal sealed class StoredStatements
{
    private readonly Dictionary<string, List<Stored>> byRun = [];

    private StoredStatements()
    {
    }

    public IEnumerable<string> Runs => byRun.Keys;

    public static StoredStatements Of(SimulatedRegistries registries)
    {
        var found = new StoredStatements();
        foreach (var ((repository, subject), manifests) in registries.Referrers)
        {
            foreach (string digest in manifests)
            {
                using var manifest = JsonDocument.Parse(registries.Content[(repository, digest)]);
                string layer = manifest.RootElement.GetProperty("layers")[0].GetProperty("digest").GetString()!;
                string statement = manifest.RootElement.GetProperty("annotations").GetProperty(AttestationManifest.StatementAnnotation).GetString()!;
                var payload = Bundle.Parse(registries.Content[(repository, layer)]).Envelope.Payload;
                var predicate = JsonDocument.Parse(payload).RootElement.GetProperty("predicate");
                var parameters = predicate.GetProperty("buildDefinition").GetProperty("internalParameters");
                string uid = parameters.GetProperty("run").GetProperty("uid").GetString()!;
                string[] missing = parameters.TryGetProperty("missingChildren", out var children) ? [.. children.EnumerateArray().Select(static c => c.GetString()!)] : [];
                if (!found.byRun.TryGetValue(uid, out var list))
                {
                    found.byRun[uid] = list = [];
                }

                list.Add(new Stored(repository, subject, statement, digest, missing));
            }
        }

        return found;
    }

    public IReadOnlyList<Stored> Of(string uid) => byRun.GetValueOrDefault(uid, []);

    /// <summary>One manifest.</summary>
    internal sealed record Stored(string Repository, string Subject, string Statement, string Manifest, IReadOnlyList<string> MissingChildren);
}
