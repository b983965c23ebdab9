using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using YamlDotNet.Core;

namespace Provenance.Watcher.Documents;

/// <summary>
/// Reads run files: JSON (one value or several after another) or YAML (one document or several), each an object, a Kubernetes
/// <c>List</c>, or an array of objects. Duplicate members, aliases, more than 64 levels and more than 256 MiB are refused.
/// </summary>
public static class DocumentReader
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaximumSize = 256 * 1024 * 1024;

    private const int MaximumDepth = 64;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = MaximumDepth };

    /// <summary>Reads every run document of a stream, to its end or to the limit.</summary>
    /// <exception cref="DocumentException">The bytes are neither JSON nor YAML, or break a limit.</exception>
    public static async Task<RunDocuments> ReadAsync(string source, Stream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var content = new MemoryStream();
        byte[] piece = new byte[81920];
        for (int read; content.Length <= MaximumSize && (read = await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            content.Write(piece, 0, read);
        }

        return Read(source, content.ToArray());
    }

    /// <summary>Reads every run document of a file's bytes.</summary>
    /// <exception cref="DocumentException">The bytes are neither JSON nor YAML, or break a limit.</exception>
    public static RunDocuments Read(string source, ReadOnlyMemory<byte> content)
    {
        if (content.Length > MaximumSize)
        {
            throw new DocumentException($"{source} has more than {MaximumSize} bytes, the most that is read. Split it into several files.");
        }

        if (content.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            content = content[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            var roots = LooksLikeJson(content.Span) ? ReadJson(content) : ReadYaml(content);
            var objects = new List<JsonElement>();
            foreach (var root in roots)
            {
                Flatten(root.RootElement, objects);
            }

            var documents = objects.Count is 1
                ? [new RunDocument(source, objects[0])]
                : objects.Select((o, i) => new RunDocument($"{source}#{i + 1}", o)).ToArray();
            return new RunDocuments(documents, roots);
        }
        catch (JsonException e)
        {
            throw new DocumentException($"{source} is no valid JSON: {e.Message}", e);
        }
        catch (YamlException e)
        {
            throw new DocumentException($"{source}:{e.Start.Line}:{e.Start.Column} is no valid YAML: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new DocumentException($"{source} holds text that is no valid Unicode.", e);
        }
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> content)
    {
        int start = content.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && content[start] is (byte)'{' or (byte)'[';
    }

    private static JsonDocument[] ReadJson(ReadOnlyMemory<byte> content)
    {
        if (!Utf8.IsValid(content.Span))
        {
            throw new InvalidOperationException("The bytes are no valid UTF-8.");
        }

        // One value without escapes is what nearly every file holds: it needs no second pass.
        if (content.Span.IndexOf("\\u"u8) < 0 && TryReadOne(content) is { } only)
        {
            return [only];
        }

        var roots = new List<JsonDocument>(1);
        var reader = new Utf8JsonReader(content.Span, new JsonReaderOptions { MaxDepth = MaximumDepth, AllowMultipleValues = true });
        while (reader.Read())
        {
            int start = checked((int)reader.TokenStartIndex);
            ReadToEnd(ref reader);
            roots.Add(JsonDocument.Parse(content[start..checked((int)reader.BytesConsumed)], Options));
        }

        return [.. roots];
    }

    private static JsonDocument? TryReadOne(ReadOnlyMemory<byte> content)
    {
        try
        {
            return JsonDocument.Parse(content, Options);
        }
        catch (JsonException)
        {
            // Several values, or none that is valid: the reader below tells them apart and says where.
            return null;
        }
    }

    /// <summary>Passes over a value; escapes that stand for no character (lone surrogates) are refused here rather than met later.</summary>
    private static void ReadToEnd(ref Utf8JsonReader reader)
    {
        int depth = 0;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    depth++;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    depth--;
                    break;
                case JsonTokenType.String or JsonTokenType.PropertyName when reader.ValueIsEscaped:
                    reader.GetString();
                    break;
            }
        }
        while (depth > 0 && reader.Read());
    }

    private static JsonDocument[] ReadYaml(ReadOnlyMemory<byte> content)
    {
        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content.Span);
        return [.. YamlToJson.Convert(text, MaximumDepth).Select(static json => JsonDocument.Parse(json, Options))];
    }

    private static void Flatten(JsonElement root, List<JsonElement> objects)
    {
        if (root.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in root.EnumerateArray())
            {
                Flatten(item, objects);
            }
        }
        else if (root.ValueKind is JsonValueKind.Object && (root.Text("kind"u8) ?? "").EndsWith("List", StringComparison.Ordinal) && root.TryGetProperty("items"u8, out var items))
        {
            Flatten(items, objects);
        }
        else if (root.Exists())
        {
            objects.Add(root);
        }
    }
}
