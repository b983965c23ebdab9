using System.Text.Json;
using System.Text.Json.Nodes;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Kubernetes.Leases;

/// <summary>What a lease says; two are equal when nobody took, renewed or released it between them.</summary>
/// <param name="Holder">Who holds it; empty for nobody.</param>
/// <param name="Seconds">How long it lasts without a renewal, by its holder's word.</param>
/// <param name="Renewed">When it was renewed, as text: the holder's clock is none of ours, only a change counts.</param>
/// <param name="Acquired">When it was taken, as text.</param>
/// <param name="Transitions">How often it changed hands.</param>
internal sealed record LeaseState(string Holder, int Seconds, string Renewed, string Acquired, long Transitions)
{
    /// <summary>Reads a Lease; a member that is missing or of another type counts as not set.</summary>
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public static LeaseState Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var spec = document.RootElement.Member("spec"u8);
        return new LeaseState(
            spec.Text("holderIdentity"u8) ?? "",
            (int)Math.Clamp(Number(spec.Member("leaseDurationSeconds"u8)), 0, int.MaxValue),
            spec.Text("renewTime"u8) ?? "",
            spec.Text("acquireTime"u8) ?? "",
            Number(spec.Member("leaseTransitions"u8)));
    }

    /// <summary>A new Lease that says this.</summary>
    public byte[] Create(LeaseOptions options) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["name"] = options.Name, ["namespace"] = options.Namespace },
        ["spec"] = Write(new JsonObject()),
    });

    /// <summary>The Lease with this in it; everything else, its resourceVersion included, stays.</summary>
    public byte[] WriteInto(ReadOnlyMemory<byte> lease)
    {
        var root = JsonNode.Parse(lease.Span)!.AsObject();
        if (root["spec"] is JsonObject spec)
        {
            Write(spec);
        }
        else
        {
            root["spec"] = Write(new JsonObject());
        }

        return JsonSerializer.SerializeToUtf8Bytes(root);
    }

    private static long Number(JsonElement element) => element.ValueKind is JsonValueKind.Number && element.TryGetInt64(out long value) ? value : 0;

    private JsonObject Write(JsonObject spec)
    {
        spec["holderIdentity"] = Holder;
        spec["leaseDurationSeconds"] = Seconds;
        spec["acquireTime"] = Acquired;
        spec["renewTime"] = Renewed;
        spec["leaseTransitions"] = Transitions;
        return spec;
    }
}
