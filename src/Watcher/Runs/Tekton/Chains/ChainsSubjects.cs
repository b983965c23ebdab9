using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>
/// Guesses subjects from the names of results, as Chains does: flagged <c>*ARTIFACT_OUTPUTS</c>, pairs of <c>*IMAGE_URL</c> and
/// <c>*IMAGE_DIGEST</c>, <c>IMAGES</c>. A hint that comes to nothing, over which Chains is silent, is reported.
/// </summary>
/// <remarks>Pairs come in the order of their first result; in Chains their order is that of a Go map, which changes from run to run.</remarks>
internal sealed class ChainsSubjects(Action<string, string> report)
{
    private readonly List<ResourceDescriptor> subjects = [];
    private readonly HashSet<(string Name, DigestSet Digest)> known = [];
    private readonly List<string> hints = [];

    public IReadOnlyList<ResourceDescriptor> Subjects => subjects;

    /// <summary>The results that gave a subject, with the task and the step that they are of.</summary>
    public IReadOnlyList<string> Hints => hints;

    /// <summary>Reads a TaskRun: step by step, then the task's own results.</summary>
    public void ReadTaskRun(JsonElement status, string owner)
    {
        foreach (var step in status.Items("steps"u8))
        {
            Read(ChainsResult.ReadAll(step), $"{owner}step {step.Text("name"u8) ?? "(unnamed)"}: ");
        }

        Read(ChainsResult.ReadAll(status), owner);
    }

    public void Read(List<ChainsResult> results, string place)
    {
        foreach (var result in results)
        {
            if (ChainsHints.IsBuildArtifact(result))
            {
                ReadBuildArtifact(result, place);
            }
        }

        ReadPairs(results, place);
        foreach (var result in results)
        {
            if (result.Name is ChainsHints.Images)
            {
                ReadImages(result, place);
            }
        }

        foreach (var result in results)
        {
            // An output whose uri reads as an image counts a second time, under the image's full name.
            if (ChainsHints.IsBuildArtifact(result) && ChainsHints.TryReadArtifact(result, out _, out _)
                && ChainsImage.TryParse($"{result.Member("uri"u8)}@{result.Member("digest"u8)}", out string? repository, out var digest, out _))
            {
                Add(repository, DigestSet.Of(digest), place + result.Name);
            }
        }
    }

    private void ReadBuildArtifact(ChainsResult result, string place)
    {
        string what = $"{place}result {ChainsHints.Show(result.Name)}";
        if (!ChainsHints.TryReadArtifact(result, out var digest, out string? problem))
        {
            report(result.IsObject ? RunProblemCodes.ArtifactDigest : RunProblemCodes.ArtifactRecord, $"{what} gives no subject: {problem}.");
        }
        else if (digest.ToString() != result.Member("digest"u8))
        {
            report(RunProblemCodes.ArtifactDigest, $"{what} gives no subject: its digest \"{ChainsHints.Show(result.Member("digest"u8))}\" is not written as {digest}.");
        }
        else if (result.Member("uri"u8).Length > ArtifactUri.MaximumLength || result.Member("uri"u8).Any(char.IsControl))
        {
            report(RunProblemCodes.ArtifactUri, $"{what} gives no subject: its uri holds control characters or more than {ArtifactUri.MaximumLength} characters: \"{ChainsHints.Show(result.Member("uri"u8))}\".");
        }
        else if (digest.ContentDigest is null)
        {
            report(RunProblemCodes.SubjectWeakDigest, $"{what} gives no subject: {digest} is no digest by which an artifact is looked up. Give its sha256.");
        }
        else
        {
            Add(result.Member("uri"u8), digest, place + result.Name);
        }
    }

    private void ReadPairs(List<ChainsResult> results, string place)
    {
        var pairs = new List<Pair>();
        var byPrefix = new Dictionary<string, Pair>(StringComparer.Ordinal);
        foreach (var result in results)
        {
            bool isUrl = result.Name.EndsWith(ChainsHints.ImageUrl, StringComparison.Ordinal);
            if (!isUrl && !result.Name.EndsWith(ChainsHints.ImageDigest, StringComparison.Ordinal))
            {
                continue;
            }

            string value = result.Text.Trim();
            if (value.Length is 0)
            {
                report(RunProblemCodes.ArtifactRecord, $"{place}result {ChainsHints.Show(result.Name)} gives no subject: it is empty or no text.");
                continue;
            }

            string prefix = result.Name[..^(isUrl ? ChainsHints.ImageUrl : ChainsHints.ImageDigest).Length];
            if (!byPrefix.TryGetValue(prefix, out var pair))
            {
                pairs.Add(byPrefix[prefix] = pair = new Pair(prefix));
            }

            pair.Url = isUrl ? value : pair.Url;
            pair.Digest = isUrl ? pair.Digest : value;
        }

        foreach (var pair in pairs)
        {
            ReadPair(pair, place);
        }
    }

    private void ReadPair(Pair pair, string place)
    {
        string prefix = place + "result " + ChainsHints.Show(pair.Prefix);
        if (pair.Url is null || pair.Digest is null)
        {
            string missing = pair.Prefix + (pair.Url is null ? ChainsHints.ImageUrl : ChainsHints.ImageDigest);
            report(
                pair.Url is null ? RunProblemCodes.ArtifactUri : RunProblemCodes.ArtifactDigest,
                $"{prefix}{(pair.Url is null ? ChainsHints.ImageDigest : ChainsHints.ImageUrl)} (\"{ChainsHints.Show(pair.Url ?? pair.Digest!)}\") gives no subject: there is no result {ChainsHints.Show(missing)} with it.");
        }
        else if (ChainsImage.TryParse($"{pair.Url}@{pair.Digest}", out string? repository, out var digest, out string? problem))
        {
            Add(repository, DigestSet.Of(digest), place + pair.Prefix + ChainsHints.ImageUrl);
        }
        else
        {
            report(RunProblemCodes.ArtifactDigest, $"{prefix}{ChainsHints.ImageUrl} (\"{ChainsHints.Show($"{pair.Url}@{pair.Digest}")}\") gives no subject: {problem}.");
        }
    }

    private void ReadImages(ChainsResult result, string place)
    {
        int malformed = 0;
        string? first = null;
        foreach (string item in result.Text.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (ChainsImage.TryParse(item, out string? repository, out var digest, out string? problem))
            {
                Add(repository, DigestSet.Of(digest), place + result.Name);
            }
            else if (malformed++ is 0)
            {
                first = $"\"{ChainsHints.Show(item)}\" gives no subject: {problem}";
            }
        }

        if (first is not null)
        {
            report(RunProblemCodes.ArtifactDigest, $"{place}result {result.Name}: {first}.{(malformed is 1 ? "" : $" So do {malformed - 1} more.")}");
        }
        else if (result.Text.Length is 0)
        {
            report(RunProblemCodes.ArtifactRecord, $"{place}result {result.Name} gives no subject: it is empty or no text.");
        }
    }

    private void Add(string name, DigestSet digest, string hint)
    {
        if (known.Add((name, digest)))
        {
            subjects.Add(new ResourceDescriptor { Name = name, Digest = digest });
            hints.Add(hint);
        }
    }

    private sealed class Pair(string prefix)
    {
        public string Prefix { get; } = prefix;

        public string? Url { get; set; }

        public string? Digest { get; set; }
    }
}
