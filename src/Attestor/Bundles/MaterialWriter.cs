using System.Globalization;
using System.Text.Json;

namespace Provenance.Attestor.Bundles;

/// <summary>
/// Writes verification material as protojson does: 64-bit numbers as text, fields that are zero or empty left out, which every reader
/// takes (sigstore_bundle.proto, VerificationMaterial, version 0.3).
/// </summary>
internal static class MaterialWriter
{
    public static void Write(Utf8JsonWriter writer, BundleMaterial material)
    {
        writer.WriteStartObject();
        if (material.Certificates.Count > 0)
        {
            writer.WriteStartObject("certificate"u8);
            writer.WriteBase64String("rawBytes"u8, material.Certificates[0].Span);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteStartObject("publicKey"u8);
            WriteUnlessEmpty(writer, "hint"u8, material.KeyHint);
            writer.WriteEndObject();
        }

        if (material.LogEntries.Count > 0)
        {
            writer.WriteStartArray("tlogEntries"u8);
            foreach (var entry in material.LogEntries)
            {
                Write(writer, entry);
            }

            writer.WriteEndArray();
        }

        if (material.Timestamps.Count > 0)
        {
            writer.WriteStartObject("timestampVerificationData"u8);
            writer.WriteStartArray("rfc3161Timestamps"u8);
            foreach (var timestamp in material.Timestamps)
            {
                writer.WriteStartObject();
                writer.WriteBase64String("signedTimestamp"u8, timestamp.Span);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, LogEntry entry)
    {
        writer.WriteStartObject();
        WriteUnlessZero(writer, "logIndex"u8, entry.LogIndex);
        writer.WriteStartObject("logId"u8);
        writer.WriteBase64String("keyId"u8, entry.LogId.Span);
        writer.WriteEndObject();
        writer.WriteStartObject("kindVersion"u8);
        writer.WriteString("kind"u8, entry.Kind);
        writer.WriteString("version"u8, entry.Version);
        writer.WriteEndObject();
        WriteUnlessZero(writer, "integratedTime"u8, entry.IntegratedTime);
        if (entry.Promise is { } promise)
        {
            writer.WriteStartObject("inclusionPromise"u8);
            writer.WriteBase64String("signedEntryTimestamp"u8, promise.Span);
            writer.WriteEndObject();
        }

        if (entry.Proof is { } proof)
        {
            writer.WritePropertyName("inclusionProof"u8);
            Write(writer, proof);
        }

        writer.WriteBase64String("canonicalizedBody"u8, entry.Body.Span);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, InclusionProof proof)
    {
        writer.WriteStartObject();
        WriteUnlessZero(writer, "logIndex"u8, proof.LogIndex);
        writer.WriteBase64String("rootHash"u8, proof.RootHash.Span);
        WriteUnlessZero(writer, "treeSize"u8, proof.TreeSize);
        if (proof.Hashes.Count > 0)
        {
            writer.WriteStartArray("hashes"u8);
            foreach (var hash in proof.Hashes)
            {
                writer.WriteBase64StringValue(hash.Span);
            }

            writer.WriteEndArray();
        }

        if (proof.Checkpoint is { } checkpoint)
        {
            writer.WriteStartObject("checkpoint"u8);
            writer.WriteString("envelope"u8, checkpoint);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteUnlessZero(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long value)
    {
        if (value is not 0)
        {
            writer.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.WriteString(name, value);
        }
    }
}
