using System.Text.Json;
using System.Text.RegularExpressions;

namespace Provenance.Attestor.Policies;

/// <summary>Accepts values of one parameter: given ones, with the same JSON type; text that matches a pattern as a whole; or anything.</summary>
internal sealed class ParameterMatcher
{
    private readonly IReadOnlyList<object>? values;
    private readonly Regex? pattern;

    private ParameterMatcher(string description, IReadOnlyList<object>? values, Regex? pattern)
    {
        Description = description;
        this.values = values;
        this.pattern = pattern;
    }

    /// <summary>Accepts every value, objects and lists as a whole among them.</summary>
    public static ParameterMatcher Any { get; } = new("any value", null, null);

    /// <summary>What is accepted, for reports.</summary>
    public string Description { get; }

    /// <summary>Accepts the given values: strings, booleans or whole numbers.</summary>
    public static ParameterMatcher OneOf(IReadOnlyList<object> values) =>
        new(string.Join(" or ", values.Select(static v => v is string text ? $"\"{text}\"" : JsonSerializer.Serialize(v))), values, null);

    /// <summary>Accepts text that a regular expression matches from its first to its last character.</summary>
    /// <exception cref="ArgumentException">The expression is wrong, or needs backtracking.</exception>
    public static ParameterMatcher Pattern(string expression)
    {
        // Compiled once alone, so that an unbalanced expression cannot break out of the group that anchors it.
        _ = new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        return new(
            $"text like {expression}", null, new Regex($@"\A(?:{expression})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
    }

    /// <summary>Whether the value is accepted.</summary>
    public bool Accepts(JsonElement value)
    {
        if (pattern is not null)
        {
            return value.ValueKind is JsonValueKind.String && pattern.IsMatch(value.GetString()!);
        }

        return values is null || values.Any(accepted => accepted switch
        {
            string text => value.ValueKind is JsonValueKind.String && value.GetString() == text,
            bool flag => value.ValueKind == (flag ? JsonValueKind.True : JsonValueKind.False),
            _ => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out long number) && number == (long)accepted,
        });
    }
}
