using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Provenance.Attestor.Slsa;
using Provenance.Testing;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Collecting;

/// <summary>From the document to the bytes that are signed: as documented, and always the same.</summary>
public sealed partial class StatementOfRunTests
{
    private static readonly JsonWriterOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_complete_example_of_the_build_type_is_byte_for_byte_what_is_written()
    {
        string statement = Encoding.UTF8.GetString(await StatementAsync(Sample("01-single-image.yaml")));
        statement.Should().Be(Minified(Examples().Single(static e => e.Contains("\"_type\"", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task The_example_of_a_failed_run_is_what_is_written()
    {
        string statement = Encoding.UTF8.GetString(await StatementAsync(Sample("06-failed.yaml"), new CollectOptions { AttestUnsuccessful = true }));
        string example = Examples().Single(static e => e.StartsWith("\"run\": {", StringComparison.Ordinal));
        statement.Should().Contain(Minified($"{{{example}}}")[1..^1]);
    }

    [Theory]
    [InlineData("01-single-image.yaml")]
    [InlineData("02-several-artifacts.yaml")]
    [InlineData("03-clone-and-build.yaml")]
    [InlineData("04-train-model.yaml")]
    [InlineData("05-package-model.json")]
    public async Task A_run_gives_the_same_bytes_in_whatever_order_its_members_stand(string sample)
    {
        var documents = Sample(sample);
        byte[] expected = await StatementAsync(documents);
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var shuffled = new JsonArray([.. documents.Select(d => Shuffle(JsonNode.Parse(d.Root.GetRawText()), random))]);
            (await StatementAsync(Read(shuffled))).Should().Equal(expected, "with seed {0}", seed);
        }
    }

    [Fact]
    public async Task A_pipeline_gives_the_same_bytes_in_whatever_order_its_children_are_met()
    {
        var documents = Sample("04-train-model.yaml");
        (await StatementAsync([documents[0], documents[3], documents[2], documents[1]])).Should().Equal(await StatementAsync(documents));
    }

    [Fact]
    public async Task The_status_of_the_cluster_that_changes_later_does_not_change_the_bytes()
    {
        var documents = Sample("01-single-image.yaml");
        var later = JsonNode.Parse(documents[0].Root.GetRawText())!;
        later["metadata"]!["resourceVersion"] = "4711";
        later["metadata"]!["annotations"] = new JsonObject { ["chains.tekton.dev/signed"] = "true" };
        later["metadata"]!["finalizers"] = new JsonArray("x");
        later["metadata"]!["deletionTimestamp"] = "2026-12-01T00:00:00Z";
        (await StatementAsync(Read(later))).Should().Equal(await StatementAsync(documents));
    }

    [Fact]
    public async Task What_one_task_made_and_another_read_is_a_by_product_and_no_dependency()
    {
        using var statement = JsonDocument.Parse(await StatementAsync(Sample("03-clone-and-build.yaml")));
        var predicate = statement.RootElement.GetProperty("predicate");
        Names(predicate.GetProperty("runDetails").GetProperty("byproducts")).Should().Equal("outputs/tree");
        Names(predicate.GetProperty("buildDefinition").GetProperty("resolvedDependencies")).Should().Equal(
            "tasks/git-clone/images/clone", "tasks/kaniko/images/build-and-push", "inputs/source", "inputs/base");
    }

    [Fact]
    public async Task Children_that_are_not_at_hand_are_listed()
    {
        var documents = Sample("04-train-model.yaml");
        using var statement = JsonDocument.Parse(await StatementAsync([documents[0], documents[2]]));
        statement.RootElement.GetProperty("predicate").GetProperty("buildDefinition").GetProperty("internalParameters").GetProperty("missingChildren")
            .EnumerateArray().Select(static c => c.GetString()).Should().Equal("TaskRun train-sentiment-h3j2k-evaluate", "TaskRun train-sentiment-h3j2k-prepare");
    }

    private static IEnumerable<string> Names(JsonElement list) => list.EnumerateArray().Select(static d => d.GetProperty("name").GetString()!);

    private static List<RunDocument> Sample(string name) => [.. DocumentReader.Read(name, File.ReadAllBytes(Repository.PathOf("samples", "runs", name)))];

    private static List<RunDocument> Read(JsonNode json) => [.. DocumentReader.Read("changed.json", Encoding.UTF8.GetBytes(json.ToJsonString()))];

    private static async Task<byte[]> StatementAsync(List<RunDocument> documents, CollectOptions? options = null)
    {
        var collected = await TestRuns.CollectAsync(documents[0], documents.Skip(1), options);
        collected.Run.Should().NotBeNull(string.Join(' ', collected.Problems));
        return RunStatement.Write(collected.Run!, RunStatement.Subjects(collected.Run!), "https://ci.example.com/provenance/prod");
    }

    private static IEnumerable<string> Examples() =>
        Example().Matches(File.ReadAllText(Repository.PathOf("docs", "buildtypes", "tekton-v1.md"))).Select(static m => m.Groups[1].Value);

    private static string Minified(string json)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, AsWritten))
        {
            JsonDocument.Parse(json).RootElement.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static JsonNode? Shuffle(JsonNode? node, Random random)
    {
        switch (node)
        {
            case JsonArray array:
                return new JsonArray([.. array.Select(item => Shuffle(item, random))]);
            case JsonObject members:
                var list = members.ToArray();
                random.Shuffle(list);
                return new JsonObject(list.Select(m => KeyValuePair.Create(m.Key, Shuffle(m.Value, random))));
            default:
                return node?.DeepClone();
        }
    }

    [GeneratedRegex("```json\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
