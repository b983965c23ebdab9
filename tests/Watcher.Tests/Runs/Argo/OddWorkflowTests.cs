using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Attestor.Slsa;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Tests.Runs.Argo;

/// <summary>Whatever a tenant writes into a Workflow or its Pods, collecting gives a result, and one that can be written down.</summary>
public sealed class OddWorkflowTests
{
    private static readonly string[] OddValues =
        ["null", "true", "-1", "1e999", "\"\"", "\"x\"", "[]", "[null]", "{}", "{\"a\":{}}", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\"", "[[[]]]", "\"\\u0000\""];

    [Theory]
    [InlineData("argo/artifact-gc-succeeded.yaml")]
    [InlineData("argo/dag-retry-taskgroup-succeeded.yaml")]
    [InlineData("argo/gc-succeeded-ttl-0.yaml")]
    [InlineData("kfp/kfp-v1-mock-retry.json")]
    [InlineData("kfp/kfp-v1-mock-xgboost.json")]
    public async Task A_real_workflow_with_members_of_other_types_never_throws(string name)
    {
        string text = ArgoRuns.Read(name).Root.GetRawText();
        for (int seed = 0; seed < 300; seed++)
        {
            await CollectAsync(Distort(JsonNode.Parse(text)!, new Random(seed), 1 + (seed % 4)), []);
        }
    }

    [Fact]
    public async Task A_recorded_workflow_and_its_pod_with_members_of_other_types_never_throw()
    {
        int attested = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var collected = await CollectAsync(Distort(ArgoRuns.Workflow(), random, seed % 3), [ArgoRuns.Parse(Distort(ArgoRuns.Pod(), random, seed % 4))]);
            attested += collected ? 1 : 0;
        }

        attested.Should().BeInRange(300, 2999, "else the distortions hit nothing, or everything");
    }

    private static async Task<bool> CollectAsync(JsonNode workflow, IEnumerable<RunDocument> pods)
    {
        var collected = await ArgoRuns.CollectAsync(ArgoRuns.Parse(workflow), pods, ArgoRuns.Unsuccessful);
        if (collected.Run is null)
        {
            collected.Problems.Should().NotBeEmpty("a run that is not attested says why");
            return false;
        }

        using var statement = JsonDocument.Parse(RunStatement.Write(collected.Run, RunStatement.Subjects(collected.Run), "https://ci.example.com"));
        statement.RootElement.GetProperty("subject").GetArrayLength().Should().BePositive();
        return true;
    }

    private static JsonNode Distort(JsonNode root, Random random, int times)
    {
        for (int i = 0; i < times; i++)
        {
            var places = new List<(JsonNode Owner, object Key)>();
            Gather(root, places);
            var (owner, key) = places[random.Next(places.Count)];
            var odd = JsonNode.Parse(OddValues[random.Next(OddValues.Length)]);
            switch (owner)
            {
                case JsonObject members:
                    members[(string)key] = odd;
                    break;
                case JsonArray items:
                    items[(int)key] = odd;
                    break;
            }
        }

        return root;
    }

    private static void Gather(JsonNode node, List<(JsonNode Owner, object Key)> places)
    {
        if (node is JsonObject members)
        {
            foreach (var member in members)
            {
                places.Add((node, member.Key));
                Gather(member.Value!, places);
            }
        }
        else if (node is JsonArray items)
        {
            for (int i = 0; i < items.Count; i++)
            {
                places.Add((node, i));
                Gather(items[i]!, places);
            }
        }
    }
}
