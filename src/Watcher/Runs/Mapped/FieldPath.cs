using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Mapped;

/// <summary>Where a value is in an object: names with dots between them, each with <c>[*]</c> where every item of a list is meant.</summary>
internal sealed partial class FieldPath
{
    /// <summary>How many names a path may have.</summary>
    public const int MaximumSegments = 16;

    private const int MaximumValues = 2048;

    private readonly (string Name, bool EveryItem)[] segments;

    private FieldPath(string text, (string Name, bool EveryItem)[] segments)
    {
        Text = text;
        this.segments = segments;
    }

    /// <summary>The path as it was written.</summary>
    public string Text { get; }

    /// <summary>The last name of it.</summary>
    public string LastName => segments[^1].Name;

    public static bool TryParse(string text, [NotNullWhen(true)] out FieldPath? path)
    {
        string[] parts = text.Split('.');
        path = parts.Length <= MaximumSegments && Array.TrueForAll(parts, static p => Segment().IsMatch(p))
            ? new FieldPath(text, [.. parts.Select(static p => (p.EndsWith(']') ? p[..^3] : p, p.EndsWith(']')))])
            : null;
        return path is not null;
    }

    /// <summary>The values that are there, at most 2,048, nulls left out.</summary>
    public IReadOnlyList<JsonElement> Find(JsonElement root)
    {
        IEnumerable<JsonElement> found = [root];
        foreach (var (name, everyItem) in segments)
        {
            found = found.SelectMany(e => Step(e, name, everyItem));
        }

        return [.. found.Where(static e => e.Exists()).Take(MaximumValues)];
    }

    /// <summary>The first value as text, where it is a text or a number; null where it is not.</summary>
    public string? FindText(JsonElement root) => Find(root) is [{ } first, ..] ? first.ValueKind switch
    {
        JsonValueKind.String => first.GetString(),
        JsonValueKind.Number => first.GetRawText(),
        _ => null,
    }
    : null;

    private static IEnumerable<JsonElement> Step(JsonElement element, string name, bool everyItem)
    {
        if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out var value))
        {
            yield break;
        }

        if (!everyItem)
        {
            yield return value;
        }
        else if (value.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                yield return item;
            }
        }
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_-]{0,62}(\[\*\])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Segment();
}
