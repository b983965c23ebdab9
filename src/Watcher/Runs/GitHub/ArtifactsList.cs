using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.GitHub;

/// <summary>
/// Reads <c>{"version": 1, "subjects": [{"name", "digest": "sha256:...", "kind": "file" | "oci"}]}</c>. The list is taken as a whole or not at
/// all: unknown members, more than 1,024 subjects and one name with two digests are refused. The same entry twice counts once.
/// </summary>
internal static class ArtifactsList
{
    private const int MaximumProblems = 10;

    public static IReadOnlyList<RecordedArtifact> Read(JsonElement list, Action<string, string> report)
    {
        if (FindFault(list) is { } fault)
        {
            report(RunProblemCodes.ArtifactRecord, $"its list of artifacts is not read: {fault}.");
            return [];
        }

        var artifacts = new List<RecordedArtifact>();
        var known = new Dictionary<string, RecordedArtifact>(StringComparer.Ordinal);
        var problems = new List<(string Code, string What)>();
        int index = 0;
        foreach (var entry in list.Items("subjects"u8))
        {
            string place = $"its list of artifacts, entry {index++}:";
            if (ReadEntry(entry, out string? code, out string? problem) is not { } artifact)
            {
                problems.Add((code!, $"{place} {problem}."));
            }
            else if (known.TryAdd(artifact.Name, artifact))
            {
                artifacts.Add(artifact);
            }
            else if (known[artifact.Name] is var first && (first.Uri.Text != artifact.Uri.Text || !first.Digest.Equals(artifact.Digest)))
            {
                problems.Add((RunProblemCodes.ArtifactDigest, $"{place} \"{artifact.Name}\" stands there before with another digest or kind, and it cannot be known which is right."));
            }
        }

        problems.Take(MaximumProblems).ToList().ForEach(p => report(p.Code, p.What));
        return problems.Count is 0 ? artifacts : [];
    }

    /// <summary>A name of somebody else's choosing, fit for a message.</summary>
    public static string Show(string name) => string.Concat(name.Take(100).Select(static c => char.IsControl(c) ? ' ' : c));

    private static string? FindFault(JsonElement list)
    {
        if (list.ValueKind is not JsonValueKind.Object)
        {
            return "it is no object";
        }

        foreach (var member in list.EnumerateObject())
        {
            if (member.Name is not ("version" or "subjects"))
            {
                return $"its member \"{Show(member.Name)}\" is not known";
            }
        }

        return !(list.Member("version"u8) is { ValueKind: JsonValueKind.Number } version && version.TryGetInt32(out int number) && number is 1) ? "its version is not 1"
            : list.Member("subjects"u8).ValueKind is not JsonValueKind.Array ? "its subjects are no list"
            : list.Member("subjects"u8).GetArrayLength() > Statement.MaximumSubjects ? $"it has more than {Statement.MaximumSubjects} subjects"
            : null;
    }

    private static RecordedArtifact? ReadEntry(JsonElement entry, out string? code, out string? problem)
    {
        code = RunProblemCodes.ArtifactRecord;
        if (entry.ValueKind is not JsonValueKind.Object || entry.EnumerateObject().Any(static m => m.Name is not ("name" or "digest" or "kind")))
        {
            problem = "it is not of the form {\"name\", \"digest\", \"kind\"}";
            return null;
        }

        string name = entry.Text("name"u8) ?? "";
        if (UriOf(name, entry.Text("kind"u8)) is not { } text)
        {
            problem = $"its kind is neither \"file\" nor \"oci\", or its name \"{Show(name)}\" is no relative path";
            return null;
        }

        code = RunProblemCodes.ArtifactUri;
        if (!ArtifactUri.TryParse(text, out var uri, out problem))
        {
            return null;
        }

        code = RunProblemCodes.ArtifactDigest;
        if (!Digest.TryParse(entry.Text("digest"u8), out var digest) || digest.Algorithm.Name is not "sha256")
        {
            problem = $"\"{name}\" has no digest of the form sha256:<64 lower-case hexadecimal digits>";
            return null;
        }

        if (uri.Pinned is { } pinned && pinned != digest)
        {
            problem = $"\"{name}\" names another digest than {digest}";
            return null;
        }

        return new RecordedArtifact { Name = name, Role = ArtifactRole.Subject, Uri = uri, Digest = DigestSet.Of(digest), ObservedBy = Observer.Tenant };
    }

    /// <summary>An image is named by its reference; a file by a package URL, as it has no place but the runner that is gone.</summary>
    private static string? UriOf(string name, string? kind) => kind switch
    {
        "oci" => "oci://" + name,
        "file" when name.Split('/').All(static s => s is not ("" or "." or "..")) && !name.AsSpan().ContainsAnyInRange('\0', '\x1f') && !name.Contains('\\', StringComparison.Ordinal) =>
            "pkg:generic/" + string.Join('/', name.Split('/').Select(Uri.EscapeDataString)),
        _ => null,
    };
}
