using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Provenance.Testing.Kubernetes;

/// <summary>Creates, replaces, patches and applies objects of the stub, with the refusals of a real server.</summary>
internal static partial class StubWrites
{
    public static async Task ServeAsync(HttpContext context, string verb, StubResource resource, string @namespace, string name)
    {
        JsonObject body;
        try
        {
            body = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject();
        }
        catch (JsonException)
        {
            await StubStatus.AnswerAsync(context, 400, "BadRequest", "the body is no JSON object");
            return;
        }

        name = verb is "create" ? (string?)body["metadata"]?["name"] ?? "" : name;
        (int Code, string Reason, string Message, string? Cause) refusal = (0, "", "", null);
        var stored = resource.Update(@namespace, name, existing =>
        {
            var (changed, refused) = Change(context, verb, resource, @namespace, existing, body);
            refusal = refused;
            return changed;
        });
        if (refusal.Code > 0)
        {
            await StubStatus.AnswerAsync(context, refusal.Code, refusal.Reason, refusal.Message, refusal.Cause);
            return;
        }

        context.Response.StatusCode = verb is "create" ? 201 : 200;
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(stored!.Json, context.RequestAborted);
    }

    private static (JsonNode? Changed, (int, string, string, string?) Refusal) Change(HttpContext context, string verb, StubResource resource, string @namespace, StubObject? existing, JsonObject body)
    {
        if (verb is "create" && existing is not null)
        {
            return (null, (409, "AlreadyExists", $"{resource.FullName} \"{existing.Name}\" already exists", null));
        }

        if (verb is not ("create" or "apply") && existing is null)
        {
            return (null, (404, "NotFound", "not found", null));
        }

        if (existing is not null && (string?)body["metadata"]?["resourceVersion"] is { } version && version != $"{existing.Version}")
        {
            return (null, (409, "Conflict", "the object has been modified; please apply your changes to the latest version and try again", null));
        }

        JsonNode before = existing is null ? new JsonObject() : JsonNode.Parse(existing.Json)!;
        JsonNode result = verb is "create" or "update" ? body.DeepClone() : Merge(before.DeepClone(), body)!;
        if (verb is "apply" && Foreign(context, before, body) is { } field)
        {
            return (null, (409, "Conflict", $"Apply failed with 1 conflict: conflict with another manager: {field}", "FieldManagerConflict"));
        }

        var metadata = result["metadata"] as JsonObject ?? new JsonObject();
        if (metadata.Parent is null)
        {
            result["metadata"] = metadata;
        }

        metadata["namespace"] = @namespace;
        metadata["uid"] ??= Guid.NewGuid().ToString();
        if (resource.Plural is "leases" && (Wrong(result, "renewTime") || Wrong(result, "acquireTime")))
        {
            return (null, (400, "BadRequest", "Lease in version \"v1\" cannot be handled: a MicroTime has six digits", null));
        }

        return (existing is not null && JsonNode.DeepEquals(before, result) ? null : result, (0, "", "", null));
    }

    private static bool Wrong(JsonNode lease, string member) => (string?)lease["spec"]?[member] is { } time && !MicroTime().IsMatch(time);

    /// <summary>A field of an annotation's kind that another manager applied with another value; null where there is none.</summary>
    private static string? Foreign(HttpContext context, JsonNode before, JsonObject body)
    {
        string manager = context.Request.Query["fieldManager"].ToString();
        bool force = context.Request.Query["force"] == "true";
        if (before["metadata"]?["annotations"] is not JsonObject annotations || body["metadata"]?["annotations"] is not JsonObject applied || force)
        {
            return null;
        }

        return applied.FirstOrDefault(a => annotations[a.Key] is { } value && (string?)value != (string?)a.Value && manager != "owner").Key;
    }

    /// <summary>RFC 7386.</summary>
    private static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var result = target as JsonObject ?? new JsonObject();
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                result.Remove(name);
            }
            else
            {
                var old = result[name];
                result.Remove(name);
                result[name] = Merge(old, value);
            }
        }

        return result;
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
    private static partial Regex MicroTime();
}
