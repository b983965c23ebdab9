using System.Text.Json;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Verifying;

/// <summary>Reads fields of a SLSA provenance v1 predicate (slsa.dev/spec/v1.1/provenance). A field that is absent, null or of another type is null here.</summary>
internal static class SlsaPredicate
{
    /// <summary>The predicate type of SLSA provenance v1.</summary>
    public const string Type = "https://slsa.dev/provenance/v1";

    /// <summary>What the build types of this project begin with.</summary>
    public const string OwnBuildTypePrefix = "https://provenance.dev/buildtypes/";

    /// <summary>The builder's id; null for statements of another type.</summary>
    public static string? BuilderId(Statement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return statement.PredicateType == Type ? Text(Find(statement.Predicate, "runDetails", "builder", "id")) : null;
    }

    /// <summary>The build type; null for statements of another type.</summary>
    public static string? BuildType(Statement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return statement.PredicateType == Type ? Text(Find(statement.Predicate, "buildDefinition", "buildType")) : null;
    }

    /// <summary>Follows names through nested objects; null where one is absent.</summary>
    public static JsonElement? Find(JsonElement value, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            if (value.ValueKind is not JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return null;
            }
        }

        return value.ValueKind is JsonValueKind.Null ? null : value;
    }

    /// <summary>The value where it is a JSON string.</summary>
    public static string? Text(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
