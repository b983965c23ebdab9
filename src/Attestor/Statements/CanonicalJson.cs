using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;

namespace Provenance.Attestor.Statements;

/// <summary>
/// Writes JSON so that equal values give equal bytes: members sorted by name (ordinal), no white space, numbers and strings as they
/// were read. It is used where a digest or a signature is taken of JSON that we write.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Options for every writer of signed JSON: no indentation, only what JSON must escape is escaped.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The canonical bytes of a value.</summary>
    public static byte[] Of(JsonElement value)
    {
        using var buffer = new PooledBuffer(512);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            Write(writer, value);
        }

        return buffer.Written.ToArray();
    }

    /// <summary>SHA-256 of the canonical bytes of a value.</summary>
    public static Digest DigestOf(JsonElement value)
    {
        using var buffer = new PooledBuffer(4096);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            Write(writer, value);
        }

        return Digest.Of(buffer.Written);
    }

    /// <summary>Writes a value canonically.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(writer, value);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonElement value)
    {
        writer.WriteStartObject();
        int count = value.GetPropertyCount();
        var members = ArrayPool<JsonProperty>.Shared.Rent(count);
        int filled = 0;
        foreach (var member in value.EnumerateObject())
        {
            members[filled++] = member;
        }

        members.AsSpan(0, count).Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (var member in members.AsSpan(0, count))
        {
            writer.WritePropertyName(member.Name);
            Write(writer, member.Value);
        }

        ArrayPool<JsonProperty>.Shared.Return(members, clearArray: true);
        writer.WriteEndObject();
    }
}
