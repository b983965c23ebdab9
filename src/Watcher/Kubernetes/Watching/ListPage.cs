using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>One page of a list: where its items stand in the bytes, and how it goes on.</summary>
internal sealed class ListPage
{
    private const int MaximumDepth = 10_100;

    private readonly List<Range> items = [];

    /// <summary>Where the items stand.</summary>
    public IReadOnlyList<Range> Items => items;

    /// <summary>What to ask the next page with; null at the end.</summary>
    public string? Continue { get; private set; }

    /// <summary>The version of the list.</summary>
    public string ResourceVersion { get; private set; } = "";

    /// <summary>Reads a page; the page of before is forgotten.</summary>
    /// <exception cref="JsonException">The bytes are no list of objects.</exception>
    public void Parse(ReadOnlySpan<byte> json)
    {
        items.Clear();
        Continue = null;
        ResourceVersion = "";
        bool hasItems = false;
        var cursor = new JsonCursor(json, MaximumDepth);
        if (!cursor.TryEnterObject())
        {
            throw new JsonException("A list is a JSON object.");
        }

        while (cursor.NextMember())
        {
            if (cursor.NameIs("items"u8))
            {
                // An empty list of Go may be null.
                hasItems |= cursor.Peek() is (byte)'n' or (byte)'[';
                ReadItems(ref cursor);
            }
            else if (cursor.NameIs("metadata"u8))
            {
                ReadMetadata(ref cursor, json);
            }
            else
            {
                cursor.Pass();
            }
        }

        cursor.End();
        if (!hasItems || ResourceVersion.Length is 0)
        {
            throw new JsonException("The answer is no list: it has no items or no resourceVersion.");
        }
    }

    private static string Text(ReadOnlySpan<byte> json, Range place)
    {
        var reader = new Utf8JsonReader(json[place]);
        return reader.Read() && reader.TokenType is JsonTokenType.String ? reader.GetString()! : "";
    }

    private void ReadItems(ref JsonCursor cursor)
    {
        if (!cursor.TryEnterArray())
        {
            cursor.Pass();
            return;
        }

        while (cursor.NextItem())
        {
            if (cursor.Peek() is not (byte)'{')
            {
                throw new JsonException("An item of a list is an object.");
            }

            items.Add(cursor.Pass());
        }
    }

    private void ReadMetadata(ref JsonCursor cursor, ReadOnlySpan<byte> json)
    {
        if (!cursor.TryEnterObject())
        {
            cursor.Pass();
            return;
        }

        while (cursor.NextMember())
        {
            bool isContinue = cursor.NameIs("continue"u8);
            bool isVersion = !isContinue && cursor.NameIs("resourceVersion"u8);
            var place = cursor.Pass();
            if (isContinue)
            {
                Continue = Text(json, place) is { Length: > 0 } text ? text : null;
            }
            else if (isVersion)
            {
                ResourceVersion = Text(json, place);
            }
        }
    }
}
