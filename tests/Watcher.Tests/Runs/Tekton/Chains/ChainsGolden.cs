using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Tekton;
using Provenance.Watcher.Runs.Tekton.Chains;
using Provenance.Watcher.Runs.Tekton.Reading;

namespace Provenance.Watcher.Tests.Runs.Tekton.Chains;

/// <summary>A statement, or an error, of the real Chains, and the run that it is about: Data/chains/ORIGIN.md.</summary>
internal sealed record ChainsGolden(bool DeepInspection, string Set, string Name)
{
    public const string BuilderId = "https://tekton.dev/chains/v2";

    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "chains");

    private static readonly CollectOptions Options = new() { BuildType = BuildTypeOption.Chains, AttestUnsuccessful = true };

    public string Id => $"{Set}__{Name}";

    public bool IsPipelineRun => Name.StartsWith("pipelinerun", StringComparison.Ordinal);

    private string GoldenFile => Path.Combine(Folder, "golden", DeepInspection ? "deep-true" : "deep-false", Id + ".statement.json");

    public static ChainsGolden Parse(string path)
    {
        string[] parts = Path.GetFileName(path).Split('.')[0].Split("__");
        return new ChainsGolden(Path.GetFileName(Path.GetDirectoryName(path)) == "deep-true", parts[0], parts[1]);
    }

    public static IEnumerable<string> Files(string ending) =>
        Directory.EnumerateFiles(Path.Combine(Folder, "golden"), "*" + ending, SearchOption.AllDirectories).Select(static f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal);

    public static RunDocument Read(string set, string name)
    {
        string path = Path.Combine(Folder, "inputs", set, name + ".json");
        return DocumentReader.Read(path, File.ReadAllBytes(path)).Single();
    }

    /// <summary>What the product makes of the run.</summary>
    public CollectedRun Collect() => IsPipelineRun ? CollectPipelineRun() : new TaskRunKind(TimeProvider.System).Collect(Read(Set, Name), ChildRuns.None, Options);

    /// <summary>The layout, which exists even where nothing is emitted.</summary>
    public PredicateLayout Layout() => (IsPipelineRun ? PipelineRunLayout(PipelineRun()) : ChainsLayout.OfTaskRun(new TektonRun(Read(Set, Name), TaskRunKind.Kind, TimeProvider.System.GetUtcNow()))).Predicate;

    /// <summary>Chains' statement, as one text whatever the order of members and subjects.</summary>
    public string Statement() => Normalise(File.ReadAllBytes(GoldenFile));

    /// <summary>A statement of ours as one text.</summary>
    public static string Normalise(byte[] statement)
    {
        var root = JsonNode.Parse(statement)!.AsObject();
        if (root["subject"] is JsonArray subjects)
        {
            root["subject"] = new JsonArray([.. subjects.Select(static s => s!.DeepClone()).OrderBy(static s => s.ToJsonString(), StringComparer.Ordinal)]);
        }

        return Indent(CanonicalJson.Of(JsonSerializer.SerializeToElement(root)));
    }

    /// <summary>The statement that Chains would have made of the layout: also without a subject and without an invocation id.</summary>
    public string StatementOf(PredicateLayout layout)
    {
        var status = Read(Set, Name).Root.Member("status"u8);
        var predicate = new ProvenancePredicate
        {
            BuildType = layout.BuildType,
            WriteExternalParameters = layout.WriteExternalParameters,
            WriteInternalParameters = layout.WriteInternalParameters,
            WriteResolvedDependencies = layout.WriteResolvedDependencies,
            BuilderId = BuilderId,
            InvocationId = layout.InvocationId,
            StartedOn = status.Time("startTime"u8),
            FinishedOn = status.Time("completionTime"u8),
            Byproducts = layout.Byproducts,
        };
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("_type"u8, Provenance.Attestor.Statements.Statement.Type);
            if (layout.Subjects.Count > 0)
            {
                writer.WritePropertyName("subject"u8);
                StatementWriter.WriteList(writer, layout.Subjects);
            }

            writer.WriteString("predicateType"u8, ProvenancePredicate.Type);
            writer.WritePropertyName("predicate"u8);
            predicate.Write(writer);
            writer.WriteEndObject();
        }

        var root = JsonNode.Parse(buffer.WrittenSpan)!;
        if (layout.InvocationId.Length is 0)
        {
            root["predicate"]!["runDetails"]!["metadata"]!.AsObject().Remove("invocationId");
        }

        return Normalise(JsonSerializer.SerializeToUtf8Bytes(root));
    }

    private static string Indent(byte[] json) => JsonNode.Parse(json)!.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    private TektonRun PipelineRun() => new(Read(Set, Name), PipelineRunKind.Kind, TimeProvider.System.GetUtcNow());

    private CollectedRun CollectPipelineRun()
    {
        var run = PipelineRun();
        if (run.FindObstacle(Options) is { } obstacle)
        {
            run.Problems.Add(obstacle);
            return run.Result(null);
        }

        return ChainsRuns.Collect(run, PipelineRunLayout(run), []);
    }

    /// <summary>The children are given as they are: several share a name, which the children of a real run never do.</summary>
    private ChainsLayout PipelineRunLayout(TektonRun run)
    {
        var children = Directory.EnumerateFiles(Path.Combine(Folder, "inputs", Set), "taskrun*.json")
            .Select(static f => Path.GetFileNameWithoutExtension(f))
            .Where(static n => !n.Contains("multiple", StringComparison.Ordinal) && !n.Contains("remote", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n => Read(Set, n).Root)
            .Select(static r => new TektonChild(r.Member("metadata"u8).Text("name"u8) ?? "", r.Member("metadata"u8).Member("labels"u8).Text("tekton.dev/pipelineTask"u8) ?? "", r, r.Member("status"u8)))
            .ToList();
        return ChainsLayout.OfPipelineRun(run, ChainsRuns.Executed(run, children), DeepInspection);
    }
}
