using System.Text.Json;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Policies;

/// <summary>
/// Which external parameters a build must and may have. Paths are JSON pointers (RFC 6901) into <c>externalParameters</c>; every value
/// that no path covers denies (slsa.dev/spec/v1.1/verifying-artifacts, "Step 2"). Null and empty objects and lists count as absent.
/// </summary>
internal sealed class ParameterRules
{
    /// <summary>Values that must be there.</summary>
    public required IReadOnlyDictionary<string, ParameterMatcher> Required { get; init; }

    /// <summary>Values that may be there.</summary>
    public required IReadOnlyDictionary<string, ParameterMatcher> Allowed { get; init; }

    /// <summary>Paths whose values play no part; with <c>/**</c> at the end, everything below.</summary>
    public required IReadOnlyList<string> Ignored { get; init; }

    /// <summary>Says which parameter is missing, wrong or unknown; null where none is.</summary>
    public CheckFailure? Check(Statement statement)
    {
        if (SlsaPredicate.Find(statement.Predicate, "buildDefinition", "externalParameters") is not { ValueKind: JsonValueKind.Object } parameters)
        {
            return new CheckFailure(VerdictCodes.PredicateInvalid, "The provenance has no object buildDefinition.externalParameters.");
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        if (Visit(parameters, "", found) is { } failure)
        {
            return failure;
        }

        string? missing = Required.Keys.Where(path => !found.Contains(path)).Order(StringComparer.Ordinal).FirstOrDefault();
        return missing is null
            ? null
            : new CheckFailure(VerdictCodes.ParamMissing, $"The parameter {missing} is missing.", Required[missing].Description, "absent");
    }

    private CheckFailure? Visit(JsonElement value, string path, HashSet<string> found)
    {
        if (value.ValueKind is JsonValueKind.Null || IsIgnored(path))
        {
            return null;
        }

        if (Required.TryGetValue(path, out var matcher) || Allowed.TryGetValue(path, out matcher))
        {
            found.Add(path);
            return matcher.Accepts(value)
                ? null
                : new CheckFailure(
                    VerdictCodes.ParamValue, $"The parameter {path} has a value that is not accepted.", matcher.Description, StrictJson.Excerpt(value.GetRawText()));
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    string name = member.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
                    if (Visit(member.Value, $"{path}/{name}", found) is { } failure)
                    {
                        return failure;
                    }
                }

                return null;
            case JsonValueKind.Array:
                int index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    if (Visit(item, $"{path}/{index++}", found) is { } failure)
                    {
                        return failure;
                    }
                }

                return null;
            default:
                return new CheckFailure(
                    VerdictCodes.ParamUnknown,
                    $"The parameter {StrictJson.Excerpt(path)} is not known to the policy.",
                    "listed under required, allowed or ignored",
                    StrictJson.Excerpt(value.GetRawText()));
        }
    }

    private bool IsIgnored(string path)
    {
        foreach (string ignored in Ignored)
        {
            bool covers = ignored.EndsWith("/**", StringComparison.Ordinal)
                ? path.StartsWith(ignored.AsSpan(0, ignored.Length - 2), StringComparison.Ordinal)
                : path == ignored;
            if (covers)
            {
                return true;
            }
        }

        return false;
    }
}
