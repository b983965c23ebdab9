using System.Text.Json;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>What one line of a watch says, found in one pass forward without building anything: places in the line, not copies.</summary>
internal readonly struct WatchLine
{
    /// <summary>How deep objects may nest: as deep as the API server lets them, so that no object of a tenant can stop a watch.</summary>
    private const int MaximumDepth = 10_100;

    private WatchLine(WatchEventKind kind, Range item, Range resourceVersion, bool endsInitialEvents)
    {
        Kind = kind;
        Object = item;
        ResourceVersion = resourceVersion;
        EndsInitialEvents = endsInitialEvents;
    }

    public WatchEventKind Kind { get; }

    /// <summary>Where the object stands.</summary>
    public Range Object { get; }

    /// <summary>Where the text of its resourceVersion stands; empty where it has none.</summary>
    public Range ResourceVersion { get; }

    /// <summary>Whether this is the bookmark that ends a streamed list.</summary>
    public bool EndsInitialEvents { get; }

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is no event.</exception>
    public static WatchLine Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = MaximumDepth });
        var kind = WatchEventKind.None;
        Range item = default;
        Range version = default;
        bool ends = false;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                Expect(ref reader, JsonTokenType.String);
                kind = KindOf(ref reader);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                Expect(ref reader, JsonTokenType.StartObject);
                int start = (int)reader.TokenStartIndex;
                ReadObject(ref reader, ref version, ref ends);
                item = start..(int)reader.BytesConsumed;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // Anything after the object is read, and refused, here.
        if (reader.Read() || kind is WatchEventKind.None || item.End.Value is 0)
        {
            throw new JsonException("The line is no event of a watch.");
        }

        return new WatchLine(kind, item, version, ends && kind is WatchEventKind.Bookmark);
    }

    private static WatchEventKind KindOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("ADDED"u8) ? WatchEventKind.Added
        : reader.ValueTextEquals("MODIFIED"u8) ? WatchEventKind.Modified
        : reader.ValueTextEquals("DELETED"u8) ? WatchEventKind.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? WatchEventKind.Bookmark
        : reader.ValueTextEquals("ERROR"u8) ? WatchEventKind.Error
        : throw new JsonException("The event is of no known type.");

    private static void ReadObject(ref Utf8JsonReader reader, ref Range version, ref bool ends)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool isMetadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (isMetadata && reader.TokenType is JsonTokenType.StartObject)
            {
                ReadMetadata(ref reader, ref version, ref ends);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, ref Range version, ref bool ends)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool isVersion = reader.ValueTextEquals("resourceVersion"u8);
            bool isAnnotations = !isVersion && reader.ValueTextEquals("annotations"u8);
            reader.Read();
            if (isVersion && reader.TokenType is JsonTokenType.String && !reader.ValueIsEscaped)
            {
                int start = (int)reader.TokenStartIndex + 1;
                version = start..(start + reader.ValueSpan.Length);
            }
            else if (isAnnotations && reader.TokenType is JsonTokenType.StartObject)
            {
                ends = EndsInitial(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static bool EndsInitial(ref Utf8JsonReader reader)
    {
        bool ends = false;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool isMark = reader.ValueTextEquals("k8s.io/initial-events-end"u8);
            reader.Read();
            ends |= isMark && reader.TokenType is JsonTokenType.String && reader.ValueTextEquals("true"u8);
            reader.Skip();
        }

        return ends;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new JsonException("The line is no event of a watch.");
        }
    }
}
