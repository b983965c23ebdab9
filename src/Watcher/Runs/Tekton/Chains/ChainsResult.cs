using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>
/// A result as Tekton's own types hold it: text, a list of texts, or a map of texts. Everything else that JSON can say becomes text, the
/// JSON itself.
/// </summary>
internal sealed class ChainsResult
{
    private readonly JsonElement value;
    private readonly bool isList;

    private ChainsResult(string name, JsonElement value)
    {
        Name = name;
        this.value = value;
        isList = value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(IsText);
        IsObject = value.ValueKind is JsonValueKind.Object && value.EnumerateObject().All(static m => IsText(m.Value));
    }

    public string Name { get; }

    /// <summary>Whether it is a map of texts.</summary>
    public bool IsObject { get; }

    /// <summary>The text; empty for lists and maps.</summary>
    public string Text => IsObject || isList ? "" : TextOf(value);

    /// <summary>The results in a run's status under the v1 name and under those of v1beta1, or in a step's state; in order.</summary>
    public static List<ChainsResult> ReadAll(JsonElement owner) =>
        [.. Read(owner, "results"u8), .. Read(owner, "taskResults"u8), .. Read(owner, "pipelineResults"u8)];

    /// <summary>The text of a parameter's value or default; empty for lists and maps.</summary>
    public static string TextOfParameter(JsonElement value) => new ChainsResult("", value).Text;

    /// <summary>A text of the map; empty where there is none.</summary>
    public string Member(ReadOnlySpan<byte> name) => IsObject ? value.Text(name) ?? "" : "";

    /// <summary>The JSON that stands in a by-product's content.</summary>
    public byte[] ToJson()
    {
        var json = new GoJson();
        if (isList)
        {
            json.WriteList(value.EnumerateArray().Select(TextOf));
        }
        else if (IsObject)
        {
            json.WriteMap(value.EnumerateObject().Select(static m => new KeyValuePair<string, string>(m.Name, TextOf(m.Value))));
        }
        else
        {
            json.WriteText(TextOf(value));
        }

        return json.ToBytes();
    }

    private static List<ChainsResult> Read(JsonElement owner, ReadOnlySpan<byte> name)
    {
        var results = new List<ChainsResult>();
        foreach (var item in owner.Items(name))
        {
            var value = item.Member("value"u8);
            if (value.ValueKind is not JsonValueKind.Undefined)
            {
                results.Add(new ChainsResult(item.Text("name"u8) ?? "", value));
            }
        }

        return results;
    }

    private static bool IsText(JsonElement element) => element.ValueKind is JsonValueKind.String or JsonValueKind.Null;

    private static string TextOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => element.GetRawText(),
    };
}
