using System.Text.Json;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Tekton.Reading;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>Writes the external and internal parameters: the run's spec, where its definition came from, and Tekton's feature flags.</summary>
internal static class ChainsParameters
{
    /// <summary>The flags that Chains' types know, as they are written; older versions of Tekton begin them with a capital.</summary>
    private static readonly Dictionary<string, string> FeatureFlags = new[]
    {
        "awaitSidecarReadiness", "coschedule", "disableCredsInit", "disableInlineSpec", "enableAPIFields", "enableArtifacts",
        "enableCELInWhenExpression", "enableConciseResolverSyntax", "enableKeepPodOnCancel", "enableKubernetesSidecar", "enableParamEnum",
        "enableProvenanceInStatus", "enableStepActions", EnableBundles, "enableTerminationMessageCompression",
        "enableWaitExponentialBackoff", "enforceNonfalsifiability", "maxResultSize", "requireGitSSHSecretKnownHosts",
        "resultExtractionMethod", "runningInEnvWithInjectedSidecars", "sendCloudEventsForRuns", "setSecurityContext",
        "setSecurityContextReadOnlyRootFilesystem", "verificationNoMatchPolicy",
    }.ToDictionary(static f => f, StringComparer.OrdinalIgnoreCase);

    private const string EnableBundles = "enableTektonOCIBundles";

    public static void WriteExternal(Utf8JsonWriter writer, TektonRun run, ReadOnlySpan<byte> reference)
    {
        writer.WriteStartObject();
        var source = run.Status.Member("provenance"u8).Member("refSource"u8);
        bool isRemote = run.Spec.Member(reference).Text("resolver"u8) is { Length: > 0 } resolver && resolver is not "Cluster";
        if (isRemote && source.ValueKind is JsonValueKind.Object)
        {
            // With several digests Chains takes any of them (a Go map); here it is the first by name.
            var digest = ChainsDependencies.ReadDigest(source);
            writer.WriteStartObject("buildConfigSource"u8);
            writer.WriteString("path"u8, source.Text("entryPoint"u8) ?? "");
            writer.WriteString("ref"u8, digest.Count is 0 ? "" : $"{digest[0].Key}:{digest[0].Value}");
            writer.WriteString("repository"u8, source.Text("uri"u8) ?? "");
            writer.WriteEndObject();
        }

        writer.WritePropertyName("runSpec"u8);
        WriteSpec(writer, run.Spec);
        writer.WriteEndObject();
    }

    public static void WriteInternal(Utf8JsonWriter writer, JsonElement status)
    {
        writer.WriteStartObject();
        var flags = status.Member("provenance"u8).Member("featureFlags"u8);
        if (flags.ValueKind is JsonValueKind.Object)
        {
            writer.WriteStartObject("tekton-pipelines-feature-flags"u8);
            var written = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var flag in flags.EnumerateObject())
            {
                if (FeatureFlags.TryGetValue(flag.Name, out string? name) && (!IsZero(flag.Value) || (name is EnableBundles && flag.Value.Exists())))
                {
                    written[name] = flag.Value;
                }
            }

            foreach (var (name, value) in written)
            {
                writer.WritePropertyName(name);
                CanonicalJson.Write(writer, value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static bool IsZero(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.ValueEquals(""u8),
        JsonValueKind.Number => value.TryGetInt64(out long number) && number is 0,
        JsonValueKind.True => false,
        _ => true,
    };

    /// <summary>
    /// Writes the spec as it stands in the object, sorted, without nulls and empty lists, which Tekton's types drop. The values of
    /// parameters are written whatever they are.
    /// </summary>
    private static void WriteSpec(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Undefined:
                writer.WriteStartObject();
                writer.WriteEndObject();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(static m => m.Name, StringComparer.Ordinal))
                {
                    if (member.Name is "value" or "default")
                    {
                        writer.WritePropertyName(member.Name);
                        CanonicalJson.Write(writer, member.Value);
                    }
                    else if (member.Value.ValueKind is not JsonValueKind.Null && !IsEmptyList(member.Value))
                    {
                        writer.WritePropertyName(member.Name);
                        WriteSpec(writer, member.Value);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    WriteSpec(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static bool IsEmptyList(JsonElement value) => value.ValueKind is JsonValueKind.Array && value.GetArrayLength() is 0;
}
