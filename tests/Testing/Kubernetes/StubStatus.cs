using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Provenance.Testing.Kubernetes;

/// <summary>The Status objects of an API server.</summary>
public static class StubStatus
{
    /// <summary>Writes one.</summary>
    public static string Json(int code, string reason, string message, string? cause = null, int? retryAfter = null)
    {
        var details = new JsonObject();
        if (cause is not null)
        {
            details["causes"] = new JsonArray(new JsonObject { ["reason"] = cause });
        }

        if (retryAfter is not null)
        {
            details["retryAfterSeconds"] = retryAfter;
        }

        return new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = reason,
            ["details"] = details,
            ["code"] = code,
        }.ToJsonString(JsonSerializerOptions.Default);
    }

    /// <summary>Answers with one.</summary>
    public static async Task AnswerAsync(HttpContext context, int code, string reason, string message, string? cause = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(Json(code, reason, message, cause), context.RequestAborted);
    }
}
