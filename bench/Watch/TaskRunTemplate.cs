using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Provenance.Bench.Watch;

/// <summary>
/// Makes TaskRuns that differ in name, UID, resourceVersion and in the digest of the one image that each makes, as an API server writes
/// them: in one line, with the bookkeeping of field managers.
/// </summary>
internal sealed class TaskRunTemplate
{
    public const string Namespace = "bench";

    private const string Mark = "@@";

    private readonly (byte[] Text, string Slot)[] pieces;

    private TaskRunTemplate(JsonNode run)
    {
        string[] parts = run.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).Split(Mark);

        // Texts and names of slots alternate; the last text has no slot behind it.
        pieces = [.. Enumerable.Range(0, (parts.Length + 1) / 2).Select(i => (Encoding.UTF8.GetBytes(parts[2 * i]), parts.ElementAtOrDefault((2 * i) + 1) ?? ""))];
    }

    /// <summary>A run that is over.</summary>
    public static async Task<TaskRunTemplate> CompletedAsync(CancellationToken cancellationToken) => new(await ReadAsync(cancellationToken));

    /// <summary>The same run while it goes on.</summary>
    public static async Task<TaskRunTemplate> RunningAsync(CancellationToken cancellationToken)
    {
        var run = await ReadAsync(cancellationToken);
        var status = run["status"]!.AsObject();
        foreach (string member in (string[])["completionTime", "results", "artifacts", "steps"])
        {
            status.Remove(member);
        }

        var condition = status["conditions"]![0]!;
        (condition["status"], condition["reason"], condition["message"]) = ("Unknown", "Running", "Not all Steps in the Task have finished executing");
        return new TaskRunTemplate(run);
    }

    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"bench-build-{number:D7}");

    /// <summary>The digest of the image that a run makes.</summary>
    public static string DigestOf(int number) => string.Create(CultureInfo.InvariantCulture, $"sha256:{HexOf(number)}");

    public byte[] Render(int number, long version)
    {
        var json = new ArrayBufferWriter<byte>(8 * 1024);
        foreach (var (text, slot) in pieces)
        {
            json.Write(text);
            Encoding.UTF8.GetBytes(slot switch
            {
                "name" => NameOf(number),
                "uid" => string.Create(CultureInfo.InvariantCulture, $"6a9c1f0e-53d7-4c1e-9a44-{number:x12}"),
                "digest" => HexOf(number),
                "version" => version.ToString(CultureInfo.InvariantCulture),
                _ => "",
            }, json);
        }

        return json.WrittenSpan.ToArray();
    }

    private static string HexOf(int number) => string.Create(CultureInfo.InvariantCulture, $"de7d1b721a1e0632b7cf04edf5032c8ecffa9f9a08492152b926f1a5{number:x8}");

    private static async Task<JsonNode> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] file = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "Attest", "taskrun.json"), cancellationToken);
        var run = JsonNode.Parse(file)!;
        var metadata = run["metadata"]!;
        (metadata["name"], metadata["uid"], metadata["resourceVersion"]) = ($"{Mark}name{Mark}", $"{Mark}uid{Mark}", $"{Mark}version{Mark}");
        var status = run["status"]!;
        status["podName"] = $"{Mark}name{Mark}-pod";
        foreach (var output in status["artifacts"]!["outputs"]!.AsArray().Concat(status["steps"]!.AsArray().SelectMany(static s => s!["outputs"]?.AsArray() ?? [])))
        {
            if ((string?)output!["name"] is "image")
            {
                // One subject a run, as in the measurements of others.
                output["values"]!.AsArray().RemoveAt(1);
                output["values"]![0]!["digest"]!["sha256"] = $"{Mark}digest{Mark}";
            }
        }

        metadata["managedFields"] = new JsonArray(Fields("kubectl-create", run, "metadata", "spec"), Fields("controller", run, "status"));
        return run;
    }

    private static JsonObject Fields(string manager, JsonNode run, params string[] members) => new()
    {
        ["manager"] = manager,
        ["operation"] = "Update",
        ["apiVersion"] = "tekton.dev/v1",
        ["time"] = "2026-11-18T09:52:15Z",
        ["fieldsType"] = "FieldsV1",
        ["fieldsV1"] = new JsonObject(members.Select(m => KeyValuePair.Create<string, JsonNode?>($"f:{m}", FieldsOf(run[m])))),
    };

    private static JsonObject FieldsOf(JsonNode? node) => node is JsonObject members
        ? new JsonObject(members.Select(static m => KeyValuePair.Create<string, JsonNode?>($"f:{m.Key}", FieldsOf(m.Value))))
        : [];
}
