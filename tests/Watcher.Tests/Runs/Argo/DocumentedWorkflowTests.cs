using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Testing;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Tests.Runs.Argo;

/// <summary>docs/buildtypes/argo-v1.md shows the statement of its example, byte for byte.</summary>
public sealed partial class DocumentedWorkflowTests
{
    [Fact]
    public async Task The_complete_example_of_the_build_type_is_byte_for_byte_what_is_written()
    {
        string page = File.ReadAllText(Repository.PathOf("docs", "buildtypes", "argo-v1.md"));
        string example = Example().Matches(page).Select(static m => m.Groups[1].Value).Single(static e => e.Contains("\"_type\"", StringComparison.Ordinal));
        Encoding.UTF8.GetString(await StatementAsync(Documents())).Should().Be(Minified(example));
    }

    [Fact]
    public async Task The_example_reports_the_artifact_that_nobody_recorded_and_nothing_else()
    {
        var documents = Documents();
        var collected = await ArgoRuns.CollectAsync(documents[0], documents.Skip(1));
        ArgoRuns.Codes(collected).Should().Equal(RunProblemCodes.ArtifactDigest);
        collected.Problems[0].Message.Should().Contain("node train: output artifact \"metrics\" (s3 train-sentiment-x7k2p/metrics.json)");
        collected.AwaitsChildren.Should().BeFalse();
    }

    [Fact]
    public async Task A_workflow_gives_the_same_bytes_in_whatever_order_its_members_and_pods_stand()
    {
        var documents = Documents();
        byte[] expected = await StatementAsync(documents);
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            (await StatementAsync([.. documents.Select(d => ArgoRuns.Parse(Shuffle(JsonNode.Parse(d.Root.GetRawText()), random)!))])).Should().Equal(expected, "with seed {0}", seed);
        }
    }

    private static List<RunDocument> Documents() => [.. DocumentReader.Read("argo-v1.yaml", File.ReadAllBytes(Repository.PathOf("docs", "buildtypes", "examples", "argo-v1.yaml")))];

    private static async Task<byte[]> StatementAsync(List<RunDocument> documents)
    {
        var collected = await ArgoRuns.CollectAsync(documents[0], documents.Skip(1));
        collected.Run.Should().NotBeNull(string.Join(' ', collected.Problems));
        return RunStatement.Write(collected.Run!, RunStatement.Subjects(collected.Run!), "https://ci.example.com/provenance/prod");
    }

    private static string Minified(string json)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            JsonDocument.Parse(json).RootElement.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static JsonNode? Shuffle(JsonNode? node, Random random)
    {
        if (node is not JsonObject members)
        {
            return node is JsonArray array ? new JsonArray([.. array.Select(item => Shuffle(item, random))]) : node?.DeepClone();
        }

        var list = members.ToArray();
        random.Shuffle(list);
        return new JsonObject(list.Select(m => KeyValuePair.Create(m.Key, Shuffle(m.Value, random))));
    }

    [GeneratedRegex("```json\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
