using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Lookups;

/// <summary>Reads from a bundle what the index keeps of it.</summary>
internal sealed class AttestationReader(TrustedSigners trusted)
{
    private const int MaximumArtifacts = 4096;

    /// <summary>Reads a bundle; null where it holds no statement that can be read.</summary>
    public IndexedAttestation? Read(byte[] content, string reference)
    {
        try
        {
            var bundle = Bundle.Parse(content);
            var statement = StatementReader.Read(bundle.Envelope.Payload);
            var build = Member(statement.Predicate, "buildDefinition");
            var details = Member(statement.Predicate, "runDetails");
            return new IndexedAttestation
            {
                Bundle = Digest.Of(content).ToString(),
                PredicateType = statement.PredicateType,
                VerifiedBy = trusted.FindKey(bundle.Envelope),
                SignedBy = trusted.FindIdentity(bundle),
                References = [reference],
                Run = ReadRun(build, details),
                Subjects = [.. statement.Subjects.SelectMany(static s => s.Digest is { Count: > 0 } digests ? digests.Select(d => new IndexedArtifact(s.Name, s.Uri, $"{d.Key}:{d.Value}")) : [])],
                Dependencies = ReadArtifacts(Member(build, "resolvedDependencies")),
                Byproducts = ReadArtifacts(Member(details, "byproducts")),
            };
        }
        catch (EvidenceException)
        {
            return null;
        }
    }

    private static IndexedRun? ReadRun(JsonElement build, JsonElement details)
    {
        if (Text(build, "buildType") is not { } buildType || Text(Member(details, "builder"), "id") is not { } builder)
        {
            return null;
        }

        var metadata = Member(details, "metadata");
        var run = Member(Member(build, "internalParameters"), "run");
        string invocation = Text(metadata, "invocationId") ?? "";
        return new IndexedRun
        {
            InvocationId = invocation,
            Name = Text(run, "name") is { } name ? $"{Text(run, "kind")} {Text(run, "namespace")}/{name}" : invocation,
            Outcome = Text(run, "outcome"),
            Builder = builder,
            BuildType = buildType,
            StartedOn = Text(metadata, "startedOn"),
            FinishedOn = Text(metadata, "finishedOn"),
        };
    }

    private static List<IndexedArtifact> ReadArtifacts(JsonElement list)
    {
        var artifacts = new List<IndexedArtifact>();
        if (list.ValueKind is not JsonValueKind.Array)
        {
            return artifacts;
        }

        foreach (var descriptor in list.EnumerateArray().Take(MaximumArtifacts))
        {
            var digests = Member(descriptor, "digest");
            if (digests.ValueKind is JsonValueKind.Object)
            {
                foreach (var digest in digests.EnumerateObject().Where(static d => d.Value.ValueKind is JsonValueKind.String))
                {
                    artifacts.Add(new IndexedArtifact(Text(descriptor, "name"), Text(descriptor, "uri"), $"{digest.Name}:{digest.Value.GetString()}"));
                }
            }
        }

        return artifacts;
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;
}
