using System.Text;
using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Argo.Reading;

/// <summary>Reads a JSON object that stands within another as text or packed, as strictly as a run file.</summary>
internal static class EmbeddedJson
{
    /// <summary>How many characters of a text are read.</summary>
    private const int LongestText = 1024 * 1024;

    /// <summary>Reads an object; false where it is anything else.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> utf8, out JsonElement root)
    {
        root = default;
        if (!utf8.Span.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
        {
            return false;
        }

        try
        {
            var documents = DocumentReader.Read("embedded JSON", utf8);
            root = documents.Count is 1 ? documents[0].Root : default;
            return root.ValueKind is JsonValueKind.Object;
        }
        catch (DocumentException)
        {
            return false;
        }
    }

    /// <summary>Reads an object; false where it is anything else, or too long.</summary>
    public static bool TryRead(string text, out JsonElement root)
    {
        root = default;
        return text.Length <= LongestText && TryRead(Encoding.UTF8.GetBytes(text), out root);
    }
}
