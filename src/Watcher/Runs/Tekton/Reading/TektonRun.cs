using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Tekton.Reading;

/// <summary>
/// What TaskRuns and PipelineRuns have in common (tekton.dev v1 and v1beta1). Objects that carry v1 in their apiVersion and v1beta1 field
/// names are met in the wild, so both names are read everywhere.
/// </summary>
internal sealed class TektonRun
{
    public const string TaskRun = "TaskRun";

    public const string PipelineRun = "PipelineRun";

    public const string CustomRun = "CustomRun";

    /// <summary>What CustomRun was called in v1alpha1.</summary>
    public const string OldCustomRun = "Run";

    public const string Platform = "tekton";

    private const string Advice = "Mark one in $(step.artifacts.path) with \"buildOutput\": true.";

    private readonly RunAccount account;

    public TektonRun(RunDocument document, string kind, DateTimeOffset now)
    {
        Spec = document.Root.Member("spec"u8);
        Status = document.Root.Member("status"u8);
        var metadata = document.Root.Member("metadata"u8);
        Labels = metadata.Member("labels"u8);
        var identity = new RunIdentity
        {
            ApiVersion = document.ApiVersion is { Length: > 0 } version ? version : "tekton.dev/v1",
            Kind = kind,
            Namespace = metadata.Text("namespace"u8) ?? "",
            Name = metadata.Text("name"u8) ?? "",
            Uid = metadata.Text("uid"u8) ?? "",
        };
        account = new RunAccount(document.Source, identity, kind is CustomRun or OldCustomRun ? TektonCondition.ReadCustom(Status) : TektonCondition.Read(Status, now));
    }

    public JsonElement Spec { get; }

    public JsonElement Status { get; }

    public JsonElement Labels { get; }

    public RunIdentity Identity => account.Identity;

    public RunOutcome Outcome => account.Outcome;

    public List<RunProblem> Problems => account.Problems;

    /// <summary>Where the API server serves a kind of Tekton's.</summary>
    public static RunResource Resource(string plural, string kind) => new() { Group = "tekton.dev", Versions = ["v1", "v1beta1"], Plural = plural, Kind = kind };

    /// <summary>Whether the document is of the kind, or names no kind and has the members that only this kind has.</summary>
    public static bool Is(RunDocument document, string kind, ReadOnlySpan<byte> specReference, ReadOnlySpan<byte> specInline)
    {
        if (document.Kind.Length > 0)
        {
            return document.Kind == kind && document.ApiVersion.StartsWith("tekton.dev/", StringComparison.Ordinal);
        }

        return document.ApiVersion.Length is 0
            && (document.Root.Member("spec"u8).Member(specReference).Exists()
                || document.Root.Member("spec"u8).Member(specInline).Exists()
                || document.Root.Member("status"u8).Member(specInline).Exists());
    }

    public void Report(string code, string what) => account.Report(code, what);

    /// <summary>The reason why a run cannot be attested whatever it recorded; null where there is none.</summary>
    public RunProblem? FindObstacle(CollectOptions options) => account.FindObstacle(options);

    /// <summary>What ran: where Tekton resolved it from, else the digest of the resolved definition.</summary>
    public RunDefinition? ReadDefinition(ReadOnlySpan<byte> specReference, ReadOnlySpan<byte> specInline)
    {
        var source = Status.Member("provenance"u8).Member("refSource"u8);
        JsonElement? reference = Spec.Member(specReference) is { ValueKind: JsonValueKind.Object } given ? given : null;
        if (source.Text("uri"u8) is { Length: > 0 } uri)
        {
            if (ArtifactRecords.TryReadDigest(source.Member("digest"u8), out var digest, out string? problem))
            {
                return new RunDefinition { Uri = uri, Digest = digest, EntryPoint = source.Text("entryPoint"u8), Reference = reference };
            }

            Report(RunProblemCodes.DefinitionDigest, $"the definition {uri} cannot be pinned: {problem}. The digest of the resolved definition is recorded instead.");
        }

        var resolved = Status.Member(specInline) is { ValueKind: JsonValueKind.Object } dereferenced ? dereferenced : Spec.Member(specInline);
        return resolved.ValueKind is JsonValueKind.Object
            ? new RunDefinition
            {
                Digest = DigestSet.Of(CanonicalJson.DigestOf(resolved)),
                EntryPoint = source.Text("entryPoint"u8),
                Reference = reference,
            }
            : null;
    }

    /// <summary>The parameters as the run's creator gave them; defaults belong to the definition.</summary>
    public List<NamedValue> ReadParameters()
    {
        var parameters = new List<NamedValue>();
        foreach (var parameter in Spec.Items("params"u8))
        {
            AddOnce(parameters, parameter.Text("name"u8), parameter.Member("value"u8));
        }

        return parameters;
    }

    /// <summary>Everything else in the spec: it is the creator's choice as well.</summary>
    public List<NamedValue> ReadSettings()
    {
        var settings = new List<NamedValue>();
        if (Spec.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in Spec.EnumerateObject())
            {
                if (!(member.NameEquals("params"u8) || member.NameEquals("taskRef"u8) || member.NameEquals("taskSpec"u8)
                    || member.NameEquals("pipelineRef"u8) || member.NameEquals("pipelineSpec"u8)
                    || member.NameEquals("customRef"u8) || member.NameEquals("customSpec"u8) || member.NameEquals("ref"u8) || member.NameEquals("spec"u8)
                    || member.NameEquals("status"u8) || member.NameEquals("statusMessage"u8)))
                {
                    settings.Add(new NamedValue(member.Name, member.Value));
                }
            }
        }

        return settings;
    }

    /// <summary>What the operator of the platform set, and the run's place in its pipeline.</summary>
    public List<NamedValue> ReadEnvironment()
    {
        var environment = new List<NamedValue>();
        AddIfPresent("featureFlags", Status.Member("provenance"u8).Member("featureFlags"u8));
        AddIfPresent("pipelineRun", Labels.Member("tekton.dev/pipelineRun"u8));
        AddIfPresent("pipelineRunUid", Labels.Member("tekton.dev/pipelineRunUID"u8));
        AddIfPresent("pipelineTask", Labels.Member("tekton.dev/pipelineTask"u8));
        return environment;

        void AddIfPresent(string name, JsonElement value)
        {
            if (value.Exists())
            {
                environment.Add(new NamedValue(name, value));
            }
        }
    }

    public void ReadResults(List<NamedValue> results, ReadOnlySpan<byte> oldName)
    {
        ReadResults(results, Status.Items("results"u8), "");
        ReadResults(results, Status.Items(oldName), "");
    }

    public static void ReadResults(List<NamedValue> results, JsonElement.ArrayEnumerator items, string prefix)
    {
        foreach (var result in items)
        {
            if (result.Text("name"u8) is { Length: > 0 } name && result.Member("value"u8).Exists())
            {
                AddOnce(results, prefix + name, result.Member("value"u8));
            }
        }
    }

    /// <summary>Whether the run recorded as many subjects as a statement may have, and one at least; reports it where it did not.</summary>
    public bool HasSubjects(IReadOnlyList<RecordedArtifact> artifacts, IReadOnlyList<NamedValue> parameters, IReadOnlyList<NamedValue> results)
    {
        if (RunAccount.CountSubjects(artifacts) is 0)
        {
            ReportHints(parameters, results);
        }

        return account.HasSubjects(artifacts, Advice);
    }

    public CollectedRun Result(CompletedRun? run, bool awaitsChildren = false) => account.Result(run, awaitsChildren);

    /// <summary>Names the results that another tool would have guessed from.</summary>
    private void ReportHints(IReadOnlyList<NamedValue> parameters, IReadOnlyList<NamedValue> results)
    {
        var hints = parameters.Concat(results).Select(static v => v.Name).Where(static n => LooksLikeHint(n[(n.LastIndexOf('/') + 1)..])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (hints.Count > 0)
        {
            Report(
                RunProblemCodes.HintIgnored,
                $"{string.Join(", ", hints)} look{(hints.Count is 1 ? "s" : "")} like a type hint; a name proves nothing and is not read. Record the artifact itself, or use --build-type chains while migrating.");
        }
    }

    private static void AddOnce(List<NamedValue> values, string? name, JsonElement value)
    {
        if (string.IsNullOrEmpty(name))
        {
            return;
        }

        foreach (var known in values)
        {
            if (known.Name == name)
            {
                return;
            }
        }

        values.Add(new NamedValue(name, value));
    }

    private static bool LooksLikeHint(string name) =>
        name is "IMAGES" or "CHAINS-GIT_URL" or "CHAINS-GIT_COMMIT"
        || name.EndsWith("IMAGE_URL", StringComparison.Ordinal)
        || name.EndsWith("IMAGE_DIGEST", StringComparison.Ordinal)
        || name.EndsWith("ARTIFACT_OUTPUTS", StringComparison.Ordinal)
        || name.EndsWith("ARTIFACT_INPUTS", StringComparison.Ordinal)
        || name.EndsWith("ARTIFACT_URI", StringComparison.Ordinal)
        || name.EndsWith("ARTIFACT_DIGEST", StringComparison.Ordinal);
}
