using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>
/// A resolved dependency as Chains writes it. Its digests are carried as they were found, even where they are none, such as
/// <c>sha1: main</c>; <see cref="FindMalformedDigest"/> tells.
/// </summary>
/// <param name="Name">The role; null for images.</param>
/// <param name="Uri">Where it came from.</param>
/// <param name="Digest">Algorithm and value, sorted by algorithm.</param>
internal sealed record ChainsDependency(string? Name, string Uri, IReadOnlyList<KeyValuePair<string, string>> Digest)
{
    public const string Task = "task";
    public const string Pipeline = "pipeline";
    public const string PipelineTask = "pipelineTask";
    public const string StepAction = "stepAction/";
    public const string Input = "inputs/result";

    /// <summary>What two dependencies share that Chains takes for one.</summary>
    public string Key => string.Concat(Digest.SelectMany(static d => new[] { d.Key, d.Value }).Prepend(Uri).Select(static t => $"{t.Length}:{t}"));

    /// <summary>Whether it stays although its like is there already: the definitions do.</summary>
    public bool IsKept => Name is Task or Pipeline || Name?.StartsWith(StepAction, StringComparison.Ordinal) is true;

    /// <summary>The code under which a fault of its digest is reported.</summary>
    public string ProblemCode => Name switch
    {
        null => RunProblemCodes.StepImage,
        Input => RunProblemCodes.ArtifactDigest,
        _ => RunProblemCodes.DefinitionDigest,
    };

    /// <summary>What is wrong with the digests; null where they pin the dependency.</summary>
    public string? FindMalformedDigest() => DigestSet.TryCreate(Digest, out _, out string? problem) ? null : problem;

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (Name is not null)
        {
            writer.WriteString("name"u8, Name);
        }

        if (Uri.Length > 0)
        {
            writer.WriteString("uri"u8, Uri);
        }

        if (Digest.Count > 0)
        {
            writer.WriteStartObject("digest"u8);
            foreach (var (algorithm, value) in Digest)
            {
                writer.WriteString(algorithm, value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
