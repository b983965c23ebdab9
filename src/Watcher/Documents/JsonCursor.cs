using System.Text.Json;

namespace Provenance.Watcher.Documents;

/// <summary>
/// Goes forward through one JSON value without decoding what nobody asks for. Whoever enters an object or array goes through to its end;
/// every member or item is either entered or passed.
/// </summary>
internal ref struct JsonCursor(ReadOnlySpan<byte> json, int maximumDepth)
{
    private readonly ReadOnlySpan<byte> json = json;
    private Range name;
    private int depth;
    private bool isFirst;

    /// <summary>How far it has come.</summary>
    public int Position { readonly get; private set; }

    /// <summary>Enters the object that comes next; where something else comes, stays before it.</summary>
    /// <exception cref="JsonException">Nothing comes, or it nests too deep.</exception>
    public bool TryEnterObject() => TryEnter((byte)'{');

    /// <summary>Enters the array that comes next; where something else comes, stays before it.</summary>
    /// <exception cref="JsonException">Nothing comes, or it nests too deep.</exception>
    public bool TryEnterArray() => TryEnter((byte)'[');

    /// <summary>Goes to the value of the next member; false where the object ends, which is left then.</summary>
    /// <exception cref="JsonException">The JSON is malformed.</exception>
    public bool NextMember()
    {
        if (!Next((byte)'}'))
        {
            return false;
        }

        int start = Position;
        JsonSyntax.Peek(json, ref start);
        name = start..JsonSyntax.EndOfName(json, start, out int value);
        Position = value;
        return true;
    }

    /// <summary>Goes to the next item; false where the array ends, which is left then.</summary>
    /// <exception cref="JsonException">The JSON is malformed.</exception>
    public bool NextItem() => Next((byte)']');

    /// <summary>Whether the member's name is this one, however it is escaped.</summary>
    public readonly bool NameIs(ReadOnlySpan<byte> wanted)
    {
        var written = json[name];
        if (!written.Contains((byte)'\\'))
        {
            return written[1..^1].SequenceEqual(wanted);
        }

        var reader = new Utf8JsonReader(written);
        try
        {
            return reader.Read() && reader.ValueTextEquals(wanted);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: no name that anybody wants.
            return false;
        }
    }

    /// <summary>Where the name of the member begins, its quotation mark included.</summary>
    public readonly int NameStart => name.Start.Value;

    /// <summary>Whether the value that comes next is a string, an object and so on, by its first byte.</summary>
    /// <exception cref="JsonException">Nothing comes.</exception>
    public readonly byte Peek()
    {
        int at = Position;
        return JsonSyntax.Peek(json, ref at);
    }

    /// <summary>Passes a value; gives where it stands.</summary>
    /// <exception cref="JsonException">The JSON is malformed.</exception>
    public Range Pass()
    {
        int start = Position;
        byte first = JsonSyntax.Peek(json, ref start);
        Position = first is (byte)'"' ? JsonSyntax.EndOfString(json, start + 1) : JsonSyntax.EndOfValue(json, start, maximumDepth - depth);
        return start..Position;
    }

    /// <summary>Passes a value; gives where the content of a string stands, and nothing for another value.</summary>
    /// <exception cref="JsonException">The JSON is malformed.</exception>
    public Range PassText()
    {
        var place = Pass();
        return json[place.Start] is (byte)'"' ? (place.Start.Value + 1)..(place.End.Value - 1) : default;
    }

    /// <summary>Makes sure that nothing follows but white space.</summary>
    /// <exception cref="JsonException">Something does.</exception>
    public readonly void End()
    {
        if (json[Position..].ContainsAnyExcept(" \t\r\n"u8))
        {
            throw JsonSyntax.Malformed(Position);
        }
    }

    private bool TryEnter(byte bracket)
    {
        int at = Position;
        if (JsonSyntax.Peek(json, ref at) != bracket)
        {
            return false;
        }

        if (++depth > maximumDepth)
        {
            throw new JsonException($"The JSON nests deeper than {maximumDepth} at byte {at}.");
        }

        Position = at + 1;
        return isFirst = true;
    }

    private bool Next(byte end)
    {
        int at = Position;
        byte next = JsonSyntax.Peek(json, ref at);
        if (next == end)
        {
            Position = at + 1;
            depth--;
            return isFirst = false;
        }

        if (!isFirst && next is not (byte)',')
        {
            throw JsonSyntax.Malformed(at);
        }

        Position = isFirst ? at : at + 1;
        isFirst = false;
        return true;
    }
}
