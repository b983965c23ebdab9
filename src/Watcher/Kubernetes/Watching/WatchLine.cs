using System.Text.Json;
using Provenance.Watcher.Documents;

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
        var cursor = new JsonCursor(line, MaximumDepth);
        var kind = WatchEventKind.None;
        Range item = default;
        Range version = default;
        bool ends = false;
        if (!cursor.TryEnterObject())
        {
            throw NoEvent();
        }

        while (cursor.NextMember())
        {
            if (cursor.NameIs("type"u8))
            {
                kind = KindOf(line[cursor.PassText()]);
            }
            else if (cursor.NameIs("object"u8))
            {
                int start = cursor.Position;
                ReadObject(ref cursor, line, ref version, ref ends);
                item = start..cursor.Position;
            }
            else
            {
                cursor.Pass();
            }
        }

        cursor.End();
        return kind is not WatchEventKind.None && item.End.Value > 0
            ? new WatchLine(kind, item, version, ends && kind is WatchEventKind.Bookmark)
            : throw NoEvent();
    }

    private static WatchEventKind KindOf(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("ADDED"u8) ? WatchEventKind.Added
        : type.SequenceEqual("MODIFIED"u8) ? WatchEventKind.Modified
        : type.SequenceEqual("DELETED"u8) ? WatchEventKind.Deleted
        : type.SequenceEqual("BOOKMARK"u8) ? WatchEventKind.Bookmark
        : type.SequenceEqual("ERROR"u8) ? WatchEventKind.Error
        : throw new JsonException("The event is of no known type.");

    private static void ReadObject(ref JsonCursor cursor, ReadOnlySpan<byte> line, ref Range version, ref bool ends)
    {
        if (!cursor.TryEnterObject())
        {
            throw NoEvent();
        }

        while (cursor.NextMember())
        {
            if (cursor.NameIs("metadata"u8) && cursor.Peek() is (byte)'{')
            {
                ReadMetadata(ref cursor, line, ref version, ref ends);
            }
            else
            {
                cursor.Pass();
            }
        }
    }

    private static void ReadMetadata(ref JsonCursor cursor, ReadOnlySpan<byte> line, ref Range version, ref bool ends)
    {
        cursor.TryEnterObject();
        while (cursor.NextMember())
        {
            if (cursor.NameIs("resourceVersion"u8))
            {
                var text = cursor.PassText();
                version = line[text].Contains((byte)'\\') ? version : text;
            }
            else if (cursor.NameIs("annotations"u8) && cursor.TryEnterObject())
            {
                ends = EndsInitial(ref cursor, line);
            }
            else
            {
                cursor.Pass();
            }
        }
    }

    private static bool EndsInitial(ref JsonCursor cursor, ReadOnlySpan<byte> line)
    {
        bool ends = false;
        while (cursor.NextMember())
        {
            bool isMark = cursor.NameIs("k8s.io/initial-events-end"u8);
            ends |= line[cursor.PassText()].SequenceEqual("true"u8) && isMark;
        }

        return ends;
    }

    private static JsonException NoEvent() => new("The line is no event of a watch.");
}
