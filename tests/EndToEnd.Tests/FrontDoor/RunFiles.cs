using System.Text.Json.Nodes;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary>Writes runs as the API server would show them.</summary>
internal static class RunFiles
{
    /// <summary>A succeeded TaskRun that recorded one subject.</summary>
    public static string TaskRun(string name, string uri, string sha256) => new JsonObject
    {
        ["apiVersion"] = "tekton.dev/v1",
        ["kind"] = "TaskRun",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "e2e", ["uid"] = $"uid-of-{name}" },
        ["spec"] = new JsonObject { ["taskRef"] = new JsonObject { ["name"] = "build" } },
        ["status"] = new JsonObject
        {
            ["startTime"] = "2026-11-20T10:00:00Z",
            ["completionTime"] = "2026-11-20T10:01:00Z",
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Succeeded", ["status"] = "True", ["reason"] = "Succeeded" }),
            ["taskSpec"] = new JsonObject { ["steps"] = new JsonArray(new JsonObject { ["name"] = "build" }) },
            ["steps"] = new JsonArray(new JsonObject
            {
                ["name"] = "build",
                ["imageID"] = $"registry.example.com/tools/build@sha256:{new string('b', 64)}",
                ["outputs"] = new JsonArray(new JsonObject
                {
                    ["name"] = "artifact",
                    ["buildOutput"] = true,
                    ["values"] = new JsonArray(new JsonObject { ["uri"] = uri, ["digest"] = new JsonObject { ["sha256"] = sha256 } }),
                }),
            }),
        },
    }.ToJsonString();
}
