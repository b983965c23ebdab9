using System.Text.Json;

namespace Provenance.Watcher.Documents;

/// <summary>Reads members of objects that other programs wrote: a missing member and one of another type are both "not there".</summary>
internal static class JsonElementExtensions
{
    /// <summary>The member of an object; an undefined element for everything else.</summary>
    public static JsonElement Member(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The member as text; null where there is none.</summary>
    public static string? Text(this JsonElement element, ReadOnlySpan<byte> name)
    {
        var member = element.Member(name);
        return member.ValueKind is JsonValueKind.String ? member.GetString() : null;
    }

    /// <summary>The items of the member; none where it is no array.</summary>
    public static JsonElement.ArrayEnumerator Items(this JsonElement element, ReadOnlySpan<byte> name)
    {
        var member = element.Member(name);
        return member.ValueKind is JsonValueKind.Array ? member.EnumerateArray() : default;
    }

    /// <summary>The members of the member; none where it is no object.</summary>
    public static JsonElement.ObjectEnumerator Members(this JsonElement element, ReadOnlySpan<byte> name)
    {
        var member = element.Member(name);
        return member.ValueKind is JsonValueKind.Object ? member.EnumerateObject() : default;
    }

    /// <summary>The member as text; null where there is none.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.String ? member.GetString() : null;

    /// <summary>The member as a number of things; 0 where it is none.</summary>
    public static int Count(this JsonElement element, ReadOnlySpan<byte> name)
    {
        var member = element.Member(name);
        return member.ValueKind is JsonValueKind.Number && member.TryGetInt32(out int count) && count > 0 ? count : 0;
    }

    /// <summary>The members of the element itself; none where it is no object.</summary>
    public static JsonElement.ObjectEnumerator EnumerateMembers(this JsonElement element) =>
        element.ValueKind is JsonValueKind.Object ? element.EnumerateObject() : default;

    /// <summary>Whether the member is true, as a boolean or as the text "true", which object results cannot help being.</summary>
    public static bool IsTrue(this JsonElement element, ReadOnlySpan<byte> name)
    {
        var member = element.Member(name);
        return member.ValueKind is JsonValueKind.True || (member.ValueKind is JsonValueKind.String && member.ValueEquals("true"u8));
    }

    /// <summary>The member as a time (RFC 3339); null where it is none.</summary>
    public static DateTimeOffset? Time(this JsonElement element, ReadOnlySpan<byte> name)
    {
        var member = element.Member(name);
        return member.ValueKind is JsonValueKind.String && member.TryGetDateTimeOffset(out var time) ? time : null;
    }

    /// <summary>Whether the member is exactly the text.</summary>
    public static bool Is(this JsonElement element, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        var member = element.Member(name);
        return member.ValueKind is JsonValueKind.String && member.ValueEquals(text);
    }

    /// <summary>Whether there is a value at all.</summary>
    public static bool Exists(this JsonElement element) => element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
}
