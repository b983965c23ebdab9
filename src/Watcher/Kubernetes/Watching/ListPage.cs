using System.Text.Json;

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
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("A list is a JSON object.");
        }

        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool isItems = reader.ValueTextEquals("items"u8);
            bool isMetadata = !isItems && reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (isItems && reader.TokenType is JsonTokenType.StartArray)
            {
                ReadItems(ref reader);
                hasItems = true;
            }
            else if (isMetadata && reader.TokenType is JsonTokenType.StartObject)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                // An empty list of Go may be null.
                hasItems |= isItems && reader.TokenType is JsonTokenType.Null;
                reader.Skip();
            }
        }

        if (reader.Read() || !hasItems || ResourceVersion.Length is 0)
        {
            throw new JsonException("The answer is no list: it has no items or no resourceVersion.");
        }
    }

    private void ReadItems(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is not JsonTokenType.StartObject)
            {
                throw new JsonException("An item of a list is an object.");
            }

            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(start..(int)reader.BytesConsumed);
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool isContinue = reader.ValueTextEquals("continue"u8);
            bool isVersion = !isContinue && reader.ValueTextEquals("resourceVersion"u8);
            reader.Read();
            if (isContinue && reader.TokenType is JsonTokenType.String)
            {
                Continue = reader.GetString() is { Length: > 0 } text ? text : null;
            }
            else if (isVersion && reader.TokenType is JsonTokenType.String)
            {
                ResourceVersion = reader.GetString()!;
            }
            else
            {
                reader.Skip();
            }
        }
    }
}
