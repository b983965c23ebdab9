using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Provenance.Testing.Registries;

namespace Provenance.Testing.Tuf;

/// <summary>
/// A repository of The Update Framework with keys of its own, on a free port of 127.0.0.1. It is honest until a test edits what it
/// signs (<see cref="Edit"/>), what it wrote (<see cref="Files"/>) or how it answers (<see cref="Disturb"/>).
/// </summary>
public sealed class TestTufRepository : IAsyncDisposable
{
    // Without \u escapes, in which a letter may be of either case: so every byte of a file matters.
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ScriptedServer server;
    private List<TestTufKey> rootSigners = [];

    private TestTufRepository(bool consistent, ScriptedServer server)
    {
        ConsistentSnapshot = consistent;
        this.server = server;
    }

    /// <summary>Every file by its path.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The files that are offered.</summary>
    public Dictionary<string, byte[]> Targets { get; } = new(StringComparer.Ordinal) { ["trusted_root.json"] = "{\"mediaType\":\"first\"}"u8.ToArray() };

    /// <summary>Whether names begin with versions and hashes.</summary>
    public bool ConsistentSnapshot { get; set; }

    public TestTufRole Root { get; } = new() { Keys = [TestTufKey.Create(), TestTufKey.Create(), TestTufKey.Create()], Threshold = 2 };

    public TestTufRole Timestamp { get; } = new();

    public TestTufRole Snapshot { get; } = new();

    public TestTufRole TargetsRole { get; } = new() { Keys = [TestTufKey.Create(), TestTufKey.Create()], Threshold = 2 };

    /// <summary>Changes what a role says before it is signed: the role and the signed part.</summary>
    public Action<string, JsonObject>? Edit { get; set; }

    /// <summary>Called before each request; true where it has answered in the server's place.</summary>
    public Func<HttpContext, Task<bool>>? Disturb { get; set; }

    /// <summary>The newest root.</summary>
    public byte[] NewestRoot => Files[$"{Root.Version}.root.json"];

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"http://{server.Address}/");

    /// <summary>The paths that were asked for.</summary>
    public IReadOnlyList<string> Requests => [.. server.Requests];

    /// <summary>Starts a repository with one version of everything.</summary>
    public static async Task<TestTufRepository> StartAsync(bool consistent = true)
    {
        TestTufRepository? repository = null;
        var server = await ScriptedServer.StartAsync(context => repository!.AnswerAsync(context));
        repository = new TestTufRepository(consistent, server);
        repository.PublishRoot();
        repository.Publish();
        return repository;
    }

    /// <summary>Canonical JSON as OLPC has it, written a second time for the tests.</summary>
    public static byte[] Canonical(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Writes the next root, signed by the keys of the one before and by its own.</summary>
    /// <param name="signers">Who signs instead.</param>
    public void PublishRoot(params TestTufKey[] signers)
    {
        Root.Version++;
        TestTufRole[] roles = [Root, Timestamp, Snapshot, TargetsRole];
        var signed = Begin("root", Root);
        signed["consistent_snapshot"] = ConsistentSnapshot;
        signed["keys"] = new JsonObject(roles.SelectMany(static role => role.Keys).DistinctBy(static key => key.Id)
            .Select(static key => KeyValuePair.Create(key.Id, (JsonNode?)key.Listed.DeepClone())));
        signed["roles"] = new JsonObject(roles.Zip((string[])["root", "timestamp", "snapshot", "targets"], static (role, name) => KeyValuePair.Create(
            name, (JsonNode?)new JsonObject { ["keyids"] = new JsonArray([.. role.Keys.Select(static key => JsonValue.Create(key.Id))]), ["threshold"] = role.Threshold })));
        Files[$"{Root.Version}.root.json"] = Sign("root", signed, signers is [] ? rootSigners.Concat(Root.Keys) : signers);
        rootSigners = [.. Root.Keys];
    }

    /// <summary>Sets when the next file of each role expires.</summary>
    public void SetExpiry(DateTimeOffset time)
    {
        foreach (var role in (TestTufRole[])[Root, Timestamp, Snapshot, TargetsRole])
        {
            role.Expires = time;
        }
    }

    /// <summary>Writes the next version of everything but the root.</summary>
    public void Publish()
    {
        PublishTargets();
        PublishSnapshot();
        PublishTimestamp();
    }

    /// <summary>Writes the next targets and all files that are offered.</summary>
    public void PublishTargets()
    {
        TargetsRole.Version++;
        var signed = Begin("targets", TargetsRole);
        var listed = new JsonObject();
        foreach (var (name, content) in Targets)
        {
            string hash = Convert.ToHexStringLower(SHA256.HashData(content));
            listed[name] = new JsonObject { ["length"] = content.Length, ["hashes"] = new JsonObject { ["sha256"] = hash } };
            Files[ConsistentSnapshot ? $"targets/{hash}.{name}" : $"targets/{name}"] = content;
        }

        signed["targets"] = listed;
        Files[NameOf(TargetsRole, "targets.json")] = Sign("targets", signed, TargetsRole.Keys);
    }

    /// <summary>Writes the next snapshot of the newest targets.</summary>
    public void PublishSnapshot()
    {
        Snapshot.Version++;
        var signed = Begin("snapshot", Snapshot);
        signed["meta"] = new JsonObject { ["targets.json"] = Describe(TargetsRole, "targets.json") };
        Files[NameOf(Snapshot, "snapshot.json")] = Sign("snapshot", signed, Snapshot.Keys);
    }

    /// <summary>Writes the next timestamp of the newest snapshot.</summary>
    public void PublishTimestamp()
    {
        Timestamp.Version++;
        var signed = Begin("timestamp", Timestamp);
        signed["meta"] = new JsonObject { ["snapshot.json"] = Describe(Snapshot, "snapshot.json") };
        Files["timestamp.json"] = Sign("timestamp", signed, Timestamp.Keys);
    }

    /// <summary>The path of a role's newest file.</summary>
    public string NameOf(TestTufRole role, string name) => ConsistentSnapshot ? string.Create(CultureInfo.InvariantCulture, $"{role.Version}.{name}") : name;

    /// <summary>Signs a file anew after an edit of the whole.</summary>
    public byte[] Sign(string role, JsonObject signed, IEnumerable<TestTufKey> keys)
    {
        Edit?.Invoke(role, signed);
        byte[] content = Canonical(signed);
        var signatures = keys.DistinctBy(static key => key.Id)
            .Select(key => (JsonNode)new JsonObject { ["keyid"] = key.Id, ["sig"] = Convert.ToHexStringLower(key.Sign(content)) });
        return Encoding.UTF8.GetBytes(new JsonObject { ["signatures"] = new JsonArray([.. signatures]), ["signed"] = signed }.ToJsonString(Relaxed));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static JsonObject Begin(string type, TestTufRole role) => new()
    {
        ["_type"] = type,
        ["spec_version"] = "1.0.31",
        ["version"] = role.Version,
        ["expires"] = role.Expires.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };

    private static void Write(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject value:
                text.Append('{').AppendJoin(',', value.OrderBy(static member => Convert.ToHexString(Encoding.UTF8.GetBytes(member.Key)), StringComparer.Ordinal).Select(static member => $"{Quote(member.Key)}:{Text(member.Value)}")).Append('}');
                break;
            case JsonArray items:
                text.Append('[').AppendJoin(',', items.Select(Text)).Append(']');
                break;
            case JsonValue value when value.GetValueKind() is JsonValueKind.String:
                text.Append(Quote(value.GetValue<string>()));
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    private static string Text(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node);
        return text.ToString();
    }

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private JsonObject Describe(TestTufRole role, string name)
    {
        byte[] content = Files[NameOf(role, name)];
        return new JsonObject
        {
            ["version"] = role.Version,
            ["length"] = content.Length,
            ["hashes"] = new JsonObject { ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content)), ["sha512"] = Convert.ToHexStringLower(SHA512.HashData(content)) },
        };
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (Disturb is { } disturb && await disturb(context))
        {
            return;
        }

        if (Files.TryGetValue(context.Request.Path.Value!.TrimStart('/'), out byte[]? content))
        {
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
