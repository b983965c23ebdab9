using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Provenance.Attestor.Envelopes;

/// <summary>
/// Reads JSON that an attacker may have written: valid UTF-8 without a byte order mark, one value, no duplicate names at any depth
/// (RFC 8259, section 4, leaves them undefined), no lone surrogates, at most 64 levels. Names are compared byte for byte.
/// </summary>
internal static class StrictJson
{
    /// <summary>How deeply values may be nested.</summary>
    public const int MaximumDepth = 64;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaximumDepth };
    private static readonly JsonDocumentOptions WithDuplicates = new() { AllowDuplicateProperties = true, MaxDepth = MaximumDepth };

    /// <summary>Parses one JSON object; <paramref name="what"/> names it in errors.</summary>
    /// <exception cref="EvidenceException"><c>JSON_INVALID</c> or <c>JSON_DUPLICATE</c>.</exception>
    public static JsonDocument ParseObject(ReadOnlyMemory<byte> utf8, string what)
    {
        RefuseBadStrings(utf8.Span, what);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException e)
        {
            throw IsValidWithDuplicates(utf8)
                ? new EvidenceException("JSON_DUPLICATE", $"The {what} uses a JSON name twice in one object; readers would disagree about which one counts.", e)
                : Invalid(what, e);
        }

        if (document.RootElement.ValueKind is JsonValueKind.Object)
        {
            return document;
        }

        var kind = document.RootElement.ValueKind;
        document.Dispose();
        throw new EvidenceException("JSON_INVALID", $"The {what} is a JSON {Name(kind)}, not an object.");
    }

    /// <summary>Refuses an object with a member that is not listed, as Go's protojson does.</summary>
    public static void RefuseUnknown(JsonElement value, string what, string[] known)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (Array.IndexOf(known, member.Name) < 0)
            {
                throw new EvidenceException("JSON_INVALID", $"The {what} has the unknown field \"{Excerpt(member.Name)}\".");
            }
        }
    }

    /// <summary>A member of the kind asked for; null where it is absent or null.</summary>
    public static JsonElement? Find(JsonElement value, string name, JsonValueKind kind, string what)
    {
        if (!value.TryGetProperty(name, out var member) || member.ValueKind is JsonValueKind.Null)
        {
            return null;
        }

        return member.ValueKind == kind
            ? member
            : throw new EvidenceException("JSON_INVALID", $"The field \"{name}\" of the {what} is a JSON {Name(member.ValueKind)}, not {Name(kind)}.");
    }

    /// <summary>A member of the kind asked for.</summary>
    public static JsonElement Get(JsonElement value, string name, JsonValueKind kind, string what) =>
        Find(value, name, kind, what) ?? throw new EvidenceException("JSON_INVALID", $"The {what} lacks the field \"{name}\".");

    /// <summary>The elements of an array. An array of them costs no code of its own to be compiled, as a list would.</summary>
    public static JsonElement[] Elements(JsonElement array)
    {
        var elements = new JsonElement[array.GetArrayLength()];
        int count = 0;
        foreach (var element in array.EnumerateArray())
        {
            elements[count++] = element;
        }

        return elements;
    }

    /// <summary>A text member.</summary>
    public static string GetText(JsonElement value, string name, string what) =>
        Get(value, name, JsonValueKind.String, what).GetString()!;

    /// <summary>The bytes of a base64 member.</summary>
    public static byte[] GetBytes(JsonElement value, string name, string what) =>
        StrictBase64.TryDecode(GetText(value, name, what), out byte[]? bytes)
            ? bytes
            : throw new EvidenceException("BASE64", $"The field \"{name}\" of the {what} is not strict base64 (padded, no blanks, unused bits zero).");

    /// <summary>The bytes of a base64 member; null where it is absent, null or empty, which protojson takes for the same.</summary>
    public static byte[]? FindBytes(JsonElement value, string name, string what) =>
        Find(value, name, JsonValueKind.String, what) is { } text && text.GetString() is { Length: > 0 } ? GetBytes(value, name, what) : null;

    /// <summary>A whole number that is not negative, as protojson writes it: a JSON string of digits, or a number; zero where it is absent.</summary>
    public static long GetCount(JsonElement value, string name, string what)
    {
        if (!value.TryGetProperty(name, out var member) || member.ValueKind is JsonValueKind.Null)
        {
            return 0;
        }

        string text = member.ValueKind is JsonValueKind.String ? member.GetString()! : member.GetRawText();
        return member.ValueKind is JsonValueKind.String or JsonValueKind.Number && TryReadCount(text, out long number)
            ? number
            : throw new EvidenceException("JSON_INVALID", $"The field \"{name}\" of the {what} is no whole number from 0 to {long.MaxValue}.");
    }

    /// <summary>Reads a whole number that is not negative from its digits: no sign, no blanks, no zeros in front.</summary>
    public static bool TryReadCount(string digits, out long number)
    {
        number = 0;

        // .NET passes over NUL characters behind a number.
        return digits.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0
            && (digits.Length is 1 || !digits.StartsWith('0'))
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>At most 80 characters of a text that an attacker may have chosen, with nothing in them that a terminal would obey.</summary>
    public static string Excerpt(string text)
    {
        string start = text.Length <= 80 ? text : text[..77] + "...";
        return string.Create(start.Length, start, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                bool harmless = CharUnicodeInfo.GetUnicodeCategory(source[i])
                    is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
                span[i] = harmless ? source[i] : '\uFFFD';
            }
        });
    }

    private static void RefuseBadStrings(ReadOnlySpan<byte> utf8, string what)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new EvidenceException("JSON_INVALID", $"The {what} is not valid UTF-8.");
        }

        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaximumDepth });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    // Throws for a lone surrogate, which JsonDocument would let through until somebody reads the text.
                    reader.GetString();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid(what, e);
        }
    }

    private static bool IsValidWithDuplicates(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            JsonDocument.Parse(utf8, WithDuplicates).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static EvidenceException Invalid(string what, Exception e) =>
        new("JSON_INVALID", $"The {what} is not valid JSON, or is nested more than {MaximumDepth} levels deep.", e);

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
