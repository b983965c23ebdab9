using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Provenance.Attestor.Lookups;

namespace Provenance.Cli.Reporting;

/// <summary>The JSON that programs read: camel case, nothing left out but what is null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CollectionRecord))]
[JsonSerializable(typeof(DigestLookup))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(ScrubRecord))]
[JsonSerializable(typeof(VerdictRecord))]
internal sealed partial class JsonOutput : JsonSerializerContext
{
    /// <summary>One line, for people's eyes as well: no needless escapes. The output is never put into a web page.</summary>
    public static JsonOutput Line { get; } = Make(indented: false);

    /// <summary>The same, indented.</summary>
    public static JsonOutput Indented { get; } = Make(indented: true);

    private static JsonOutput Make(bool indented) => new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
    });
}
