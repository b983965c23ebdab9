using System.Text;
using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Pods;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Mapped;

/// <summary>Runs of a kind that a mapping file describes.</summary>
internal sealed class MappedRunKind : IRunKind
{
    /// <summary>The build type: docs/buildtypes/mapped-v1.md.</summary>
    public const string BuildType = "https://provenance.dev/buildtypes/mapped/v1";

    private const string StandardPhase = "status.phase";
    private const int MaximumAttemptLength = 128;

    private readonly RunKindMapping mapping;
    private readonly byte[][] finalPhases;
    private readonly (byte[] Type, ConditionStatus Status)[] finalConditions;
    private readonly JsonElement description;

    public MappedRunKind(RunKindMapping mapping)
    {
        this.mapping = mapping;
        string[] final = [.. mapping.Succeeded, .. mapping.Failed];
        finalPhases = [.. final.Select(Encoding.UTF8.GetBytes)];
        finalConditions = [.. final.Select(SplitCondition).Select(static c => (Encoding.UTF8.GetBytes(c.Type), c.Status))];
        using var document = JsonDocument.Parse($"{{\"name\":\"{mapping.Name}\",\"sha256\":\"{mapping.FileDigest}\"}}");
        description = document.RootElement.Clone();
    }

    public string Platform => mapping.Name;

    public IReadOnlyList<RunResource> Resources => [mapping.Resource];

    public IReadOnlyList<RunResource> Companions => mapping.OwnsPods ? [Pod.Resource] : [];

    public bool MayBeOver(ref readonly ObjectHead head)
    {
        if (mapping.PhasePath is { } path)
        {
            // The head knows one place for a phase; with any other the whole object must be looked at.
            bool found = path.Text is not StandardPhase;
            foreach (byte[] phase in finalPhases)
            {
                found |= head.Phase.SequenceEqual(phase);
            }

            return found;
        }

        foreach (var (type, status) in finalConditions)
        {
            if (head.Condition(type) == status)
            {
                return true;
            }
        }

        return false;
    }

    public bool Recognises(RunDocument document) => mapping.Resource.Serves(document);

    public CollectedRun Collect(RunDocument document, ChildRuns children, CollectOptions options)
    {
        var root = document.Root;
        var (outcome, since) = ReadOutcome(root);
        var account = new RunAccount(document, outcome) { Attempt = ReadAttempt(root) };
        if (account.FindObstacle(options) is { } obstacle)
        {
            account.Problems.Add(obstacle);
            return account.Result(null);
        }

        var finishedOn = ReadTime(mapping.EndTimePath, root) ?? since;
        var reading = new PodReading(account.Report);
        foreach (var path in mapping.OutputsPaths)
        {
            ReadRecords(path, root, reading, account);
        }

        string[] missing = mapping.OwnsPods ? ReadPods(document, children, finishedOn, reading, account) : [];
        if (!account.HasSubjects(reading.Artifacts, "Let the run write its record where the mapping looks for one."))
        {
            return account.Result(null, missing.Length > 0);
        }

        var completed = new CompletedRun
        {
            Identity = account.Identity,
            Outcome = outcome with { ExitCodes = reading.ExitCodes },
            StartedOn = ReadTime(mapping.StartTimePath, root),
            FinishedOn = finishedOn,
            BuildType = BuildType,
            Definition = mapping.DefinitionPath?.Find(root) is [{ } definition, ..] ? new RunDefinition { Digest = DigestSet.Of(CanonicalJson.DigestOf(definition)) } : null,
            Parameters = ReadParameters(root),
            Environment = [new NamedValue("runKind", description)],
            Materials = reading.Materials,
            Artifacts = reading.Artifacts,
            MissingChildren = missing,
        };
        return account.Result(completed, missing.Length > 0);
    }

    private static (string Type, ConditionStatus Status) SplitCondition(string text) => text.Split('=') switch
    {
        [var type, "False"] => (type, ConditionStatus.False),
        [var type, ..] => (type, ConditionStatus.True),
        _ => (text, ConditionStatus.True),
    };

    private static DateTimeOffset? ReadTime(FieldPath? path, JsonElement root) =>
        path?.Find(root) is [{ ValueKind: JsonValueKind.String } text, ..] && text.TryGetDateTimeOffset(out var time) ? time : null;

    private static void ReadRecords(FieldPath path, JsonElement root, PodReading reading, RunAccount account)
    {
        foreach (var value in path.Find(root))
        {
            string? problem = null;
            var record = value.ValueKind is JsonValueKind.String ? TerminationMessage.Read(value.GetString(), out problem) : TerminationMessage.IsRecord(value) ? value : default;
            if (record.Exists())
            {
                reading.ReadRecord(record, path.Text);
            }
            else
            {
                account.Report(RunProblemCodes.ArtifactRecord, $"{path.Text}: {problem ?? "what stands there is no record of artifacts; write {\"inputs\": [...], \"outputs\": [...]}"}.");
            }
        }
    }

    private static string[] ReadPods(RunDocument document, ChildRuns children, DateTimeOffset? finishedOn, PodReading reading, RunAccount account)
    {
        var pods = OwnedPods.Find(document, children, finishedOn, account.Report);
        reading.ReadOwned(pods, static _ => "");
        if (pods.Count > 0)
        {
            return [];
        }

        account.Report(RunProblemCodes.ChildMissing, "none of its Pods is at hand. What they recorded and the digests of their images are not in the attestation, which says so.");
        return ["Pod (none at hand)"];
    }

    private (RunOutcome Outcome, DateTimeOffset? Since) ReadOutcome(JsonElement root)
    {
        if (mapping.PhasePath is { } path)
        {
            string phase = path.FindText(root) ?? "";
            return (new RunOutcome(mapping.Failed.Contains(phase) ? RunState.Failed : mapping.Succeeded.Contains(phase) ? RunState.Succeeded : RunState.NotDone, phase), null);
        }

        var status = root.Member("status"u8);
        foreach (var (conditions, state) in new[] { (mapping.Failed, RunState.Failed), (mapping.Succeeded, RunState.Succeeded) })
        {
            foreach (var (type, wanted) in conditions.Select(SplitCondition))
            {
                if (ObjectCondition.Find(status, type) is var condition && condition.Status == wanted)
                {
                    return (new RunOutcome(state, condition.Reason.Length > 0 ? condition.Reason : type), condition.Since);
                }
            }
        }

        return (new RunOutcome(RunState.NotDone, ObjectCondition.ReasonToWait(status)), null);
    }

    private string? ReadAttempt(JsonElement root) =>
        mapping.AttemptPath?.FindText(root) is { Length: > 0 and <= MaximumAttemptLength } attempt && !attempt.Any(static c => char.IsControl(c) || c is ' ' or '#') ? attempt : null;

    /// <summary>An object gives its members, a list of names with values its entries, and anything else one parameter.</summary>
    private List<NamedValue> ReadParameters(JsonElement root)
    {
        var parameters = new List<NamedValue>();
        foreach (var value in mapping.ParametersPath?.Find(root) ?? [])
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    value.EnumerateMembers().ToList().ForEach(m => Add(m.Name, m.Value));
                    break;
                case JsonValueKind.Array:
                    value.EnumerateArray().ToList().ForEach(i => Add(i.Text("name"u8), i.Member("value"u8)));
                    break;
                default:
                    Add(mapping.ParametersPath!.LastName, value);
                    break;
            }
        }

        return parameters;

        void Add(string? name, JsonElement value)
        {
            if (!string.IsNullOrEmpty(name) && value.Exists() && !parameters.Exists(p => p.Name == name))
            {
                parameters.Add(new NamedValue(name, value));
            }
        }
    }
}
