using System.Text;
using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Recorded;

/// <summary>
/// Reads the record of artifacts that a container may leave in its termination message (<c>state.terminated.message</c>): an object with
/// <c>inputs</c>, <c>outputs</c> or both and nothing else, or the list of Tekton's entrypoint in which one entry of type 5 holds that object
/// as text. Every other message is prose, and no guess is made about it.
/// </summary>
internal static class TerminationMessage
{
    /// <summary>How long a message may be in characters: what the kubelet keeps for all containers of a Pod together (12 KiB).</summary>
    private const int MaximumLength = 12 * 1024;

    /// <summary>Where the kubelet cuts the message of a container off, in bytes.</summary>
    private const int KubeletLimit = 4096;

    private const int StepArtifacts = 5;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Reads a message.</summary>
    /// <param name="message">The message; null where the container left none.</param>
    /// <param name="problem">What keeps a message from being read that was evidently meant as a record; null for every other.</param>
    /// <returns>The object with <c>inputs</c> and <c>outputs</c>; undefined where the message holds no record.</returns>
    public static JsonElement Read(string? message, out string? problem)
    {
        problem = null;
        if (string.IsNullOrEmpty(message) || message.AsSpan().TrimStart() is not ['{' or '[', ..])
        {
            return default;
        }

        if (message.Length > MaximumLength)
        {
            problem = $"its termination message has {message.Length} characters, more than a kubelet keeps, and is not read";
            return default;
        }

        if (!TryParse(message, out var root))
        {
            bool isCutOff = Encoding.UTF8.GetByteCount(message) >= KubeletLimit;
            problem = isCutOff ? $"its termination message was cut off at {KubeletLimit} bytes, so that nothing it recorded can be read. Record fewer artifacts, or an index of them" : null;
            return default;
        }

        return root.ValueKind is JsonValueKind.Array ? ReadEntries(root, out problem) : IsRecord(root) ? root : default;
    }

    /// <summary>Reads text that is said to be a record.</summary>
    public static bool TryReadRecord(string text, out JsonElement record)
    {
        record = default;
        return text.Length <= MaximumLength && TryParse(text, out record) && IsRecord(record);
    }

    /// <summary>Whether a value has the form of a record: an object of the lists <c>inputs</c> and <c>outputs</c>, one at least.</summary>
    public static bool IsRecord(JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            return false;
        }

        int lists = 0;
        foreach (var member in value.EnumerateObject())
        {
            if (!(member.NameEquals("inputs"u8) || member.NameEquals("outputs"u8)) || member.Value.ValueKind is not JsonValueKind.Array)
            {
                return false;
            }

            lists++;
        }

        return lists > 0;
    }

    /// <remarks>
    /// A process may write entries of its own before the entrypoint adds its one. Readers that take the first of several would take the
    /// forged one, so several count as none.
    /// </remarks>
    private static JsonElement ReadEntries(JsonElement list, out string? problem)
    {
        problem = null;
        var found = new List<string>();
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.Member("type"u8) is { ValueKind: JsonValueKind.Number } type && type.TryGetInt32(out int number) && number is StepArtifacts && entry.Text("value"u8) is { } value)
            {
                found.Add(value);
            }
        }

        if (found.Count is 0)
        {
            return default;
        }

        if (found.Count is 1 && TryReadRecord(found[0], out var record))
        {
            return record;
        }

        problem = found.Count > 1
            ? $"its termination message holds {found.Count} records of artifacts where one is written; none is read, as it cannot be known which is the right one"
            : "the record of artifacts in its termination message is not of the form {\"inputs\": [...], \"outputs\": [...]}";
        return default;
    }

    private static bool TryParse(string text, out JsonElement root)
    {
        root = default;
        try
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            using var document = JsonDocument.Parse(utf8, Options);
            RefuseLoneSurrogates(utf8);
            root = document.RootElement.Clone();
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Escapes that stand for no character are valid JSON, and throw only when they are read.</summary>
    private static void RefuseLoneSurrogates(byte[] utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                reader.GetString();
            }
        }
    }
}
