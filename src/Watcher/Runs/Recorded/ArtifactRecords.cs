using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Recorded;

/// <summary>
/// Reads records of artifacts in the form that Tekton's steps write: lists of <c>{"name", "buildOutput", "values": [{"uri", "digest"}]}</c>
/// as inputs and outputs. What is malformed is reported by its place and artifact and does not become an artifact.
/// </summary>
internal sealed class ArtifactRecords(Action<string, string> report)
{
    private const int MaximumArtifacts = 2048;

    private readonly List<RecordedArtifact> artifacts = [];
    private HashSet<(string Code, string What)>? reported;
    private string place = "";
    private bool repeats;

    /// <summary>What was recorded, each record once, in the order in which it was met.</summary>
    public IReadOnlyList<RecordedArtifact> Artifacts => artifacts;

    /// <summary>Reads the members <c>inputs</c> and <c>outputs</c> of what one recorder wrote; both may be absent.</summary>
    /// <param name="record">The object that has the members.</param>
    /// <param name="where">The step or container, for reports.</param>
    public void Read(JsonElement record, string where) => Read(record, where, isRepetition: false);

    /// <summary>
    /// Reads what repeats the records of others, as <c>status.artifacts</c> of a TaskRun does: what is known already is passed over, and so
    /// is its report.
    /// </summary>
    public void ReadRepetition(JsonElement record, string where) => Read(record, where, isRepetition: true);

    /// <summary>What one part of a run made and another read was made within the run: it is no dependency of the run as a whole.</summary>
    public static List<RecordedArtifact> WithoutInternalInputs(IReadOnlyList<RecordedArtifact> artifacts)
    {
        var made = artifacts.Where(static a => a.Role is not ArtifactRole.Input).Select(static a => a.Digest).ToHashSet();
        return [.. artifacts.Where(a => a.Role is not ArtifactRole.Input || !made.Contains(a.Digest))];
    }

    /// <summary>Reads a map of algorithm to hexadecimal digest.</summary>
    public static bool TryReadDigest(JsonElement digest, [NotNullWhen(true)] out DigestSet? set, [NotNullWhen(false)] out string? problem)
    {
        set = null;
        if (digest.ValueKind is not JsonValueKind.Object)
        {
            problem = digest.Exists() ? "its digest is no map of algorithm to hexadecimal value" : "it has no digest";
            return false;
        }

        var entries = new KeyValuePair<string, string>[digest.GetPropertyCount()];
        int count = 0;
        foreach (var entry in digest.EnumerateObject())
        {
            if (entry.Value.ValueKind is not JsonValueKind.String)
            {
                problem = $"its {entry.Name} digest is no text";
                return false;
            }

            entries[count++] = new(NameOf(entry), entry.Value.GetString()!);
        }

        return DigestSet.TryCreate(entries, out set, out problem);
    }

    /// <summary>The algorithm's name; the common ones without a new string for each digest.</summary>
    private static string NameOf(JsonProperty digest) =>
        digest.NameEquals("sha256"u8) ? "sha256" : digest.NameEquals("sha1"u8) ? "sha1" : digest.Name;

    private void Read(JsonElement record, string where, bool isRepetition)
    {
        place = where;
        repeats = isRepetition;
        ReadList(record.Member("inputs"u8), isInput: true);
        ReadList(record.Member("outputs"u8), isInput: false);
    }

    private void ReadList(JsonElement list, bool isInput)
    {
        if (!list.Exists())
        {
            return;
        }

        if (list.ValueKind is not JsonValueKind.Array)
        {
            Report(RunProblemCodes.ArtifactRecord, "", isInput ? "its inputs are no list" : "its outputs are no list");
            return;
        }

        foreach (var artifact in list.EnumerateArray())
        {
            string name = artifact.Text("name"u8) ?? "";
            bool isSubject = !isInput && (artifact.IsTrue("buildOutput"u8) || artifact.IsTrue("isBuildArtifact"u8) || artifact.IsTrue("subject"u8));
            var role = isInput ? ArtifactRole.Input : isSubject ? ArtifactRole.Subject : ArtifactRole.Output;
            if (name.Length is 0 || artifact.Member("values"u8) is not { ValueKind: JsonValueKind.Array } values)
            {
                Report(RunProblemCodes.ArtifactRecord, Describe(name, role), "is no record with a name and values; write {\"name\", \"values\": [{\"uri\", \"digest\"}]}");
                continue;
            }

            if (values.GetArrayLength() is 0)
            {
                Report(RunProblemCodes.ArtifactRecord, Describe(name, role), "has no value, so that nothing is known of it");
            }

            foreach (var value in values.EnumerateArray())
            {
                ReadValue(name, value, role);
            }
        }
    }

    private void ReadValue(string name, JsonElement value, ArtifactRole role)
    {
        if (Find(name, value, role is ArtifactRole.Input) is >= 0 and var known)
        {
            // The flag that makes a subject is sticky: one record that carries it is enough.
            artifacts[known] = role is ArtifactRole.Subject && artifacts[known].Digest.ContentDigest is not null
                ? artifacts[known] with { Role = role }
                : artifacts[known];
            return;
        }

        if (artifacts.Count is MaximumArtifacts)
        {
            Report(RunProblemCodes.ArtifactRecord, "", $"more than {MaximumArtifacts} artifacts are recorded; the rest is not read");
            return;
        }

        if (!ArtifactUri.TryParse(value.Text("uri"u8), out var uri, out string? problem))
        {
            Report(RunProblemCodes.ArtifactUri, Describe(name, role), $"is not attested: {problem}");
            return;
        }

        if (!TryReadDigest(value.Member("digest"u8), out var digest, out problem))
        {
            Report(RunProblemCodes.ArtifactDigest, Describe(name, role), $"({uri}) is not attested: {problem}");
            return;
        }

        if (uri.Pinned is { } pinned && digest.Find(pinned.Algorithm.Name) is { } recorded && recorded != pinned.Hex)
        {
            Report(RunProblemCodes.ArtifactDigest, Describe(name, role), $"is not attested: its URI says {pinned}, its record {pinned.Algorithm}:{recorded}");
            return;
        }

        if (role is ArtifactRole.Subject && digest.ContentDigest is null)
        {
            Report(RunProblemCodes.SubjectWeakDigest, Describe(name, role), $"({uri}) cannot be a subject: {digest} is no digest that stands for its content. Record its sha256");
            role = ArtifactRole.Output;
        }

        artifacts.Add(new RecordedArtifact { Name = name, Role = role, Uri = uri, Digest = digest, ObservedBy = Observer.Tenant });
    }

    /// <summary>Where the very record stands already, as it does when Tekton repeats the steps' records for the task; -1 where it does not.</summary>
    private int Find(string name, JsonElement value, bool isInput)
    {
        var uri = value.Member("uri"u8);
        var digest = value.Member("digest"u8);
        if (uri.ValueKind is not JsonValueKind.String || digest.ValueKind is not JsonValueKind.Object)
        {
            return -1;
        }

        for (int i = 0; i < artifacts.Count; i++)
        {
            var known = artifacts[i];
            if ((known.Role is ArtifactRole.Input) == isInput && known.Name == name && uri.ValueEquals(known.Uri.Text) && IsSame(digest, known.Digest))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsSame(JsonElement digest, DigestSet known)
    {
        if (digest.GetPropertyCount() != known.Count)
        {
            return false;
        }

        for (int i = 0; i < known.Count; i++)
        {
            if (!digest.TryGetProperty(known[i].Key, out var value) || value.ValueKind is not JsonValueKind.String || !value.ValueEquals(known[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    private void Report(string code, string what, string problem)
    {
        // The merged list repeats the steps' records: one report each is enough. What names no artifact is said once.
        reported ??= [];
        if (reported.Add((code, what)) || !(what.Length is 0 || repeats))
        {
            report(code, what.Length is 0 ? $"{place}: {problem}." : $"{place}: {what} {problem}.");
        }
    }

    private static string Describe(string name, ArtifactRole role) => $"{(role is ArtifactRole.Input ? "input" : "output")} \"{name}\"";
}
