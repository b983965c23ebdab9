using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Kubeflow;

/// <summary>
/// Reads what a TrainJob's initializers are told to fetch. A <c>storageUri</c> is a parameter; it is an input only where it names what it
/// fetches by a digest.
/// </summary>
internal static class StorageInputs
{
    private static readonly string[] Initializers = ["dataset", "model"];

    public static IReadOnlyList<RecordedArtifact> Read(JsonElement initializer, List<NamedValue> parameters, Action<string, string> report)
    {
        var inputs = new List<RecordedArtifact>();
        foreach (string name in Initializers)
        {
            if (!(initializer.ValueKind is JsonValueKind.Object && initializer.TryGetProperty(name, out var source)) || source.Text("storageUri"u8) is not { Length: > 0 } uri)
            {
                continue;
            }

            parameters.Add(new NamedValue($"initializer.{name}.storageUri", source.Member("storageUri"u8)));
            if (ArtifactUri.TryParse(uri, out var parsed, out _) && FindDigest(parsed) is { } digest)
            {
                inputs.Add(new RecordedArtifact { Name = name, Role = ArtifactRole.Input, Uri = parsed, Digest = digest, ObservedBy = Observer.Tenant });
            }
            else
            {
                report(RunProblemCodes.InputUnpinned, $"its {name} {uri} has no digest; it is listed as a parameter, as it cannot be known what was fetched.");
            }
        }

        return inputs;
    }

    /// <summary>The manifest digest of an image, or the full commit id that follows the last @ of another URI, as in hf://owner/model@id.</summary>
    private static DigestSet? FindDigest(ArtifactUri uri)
    {
        if (uri.Pinned is { } pinned)
        {
            return DigestSet.Of(pinned);
        }

        string revision = uri.Text[(uri.Text.LastIndexOf('@') + 1)..];
        return revision.Length < uri.Text.Length && DigestSet.TryCreate([new("gitCommit", revision)], out var commit, out _) ? commit : null;
    }
}
