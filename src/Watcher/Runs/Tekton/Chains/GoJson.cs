using System.Globalization;
using System.Text;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>
/// Writes JSON with the bytes that Go's encoding/json gives: no white space, sorted members, and <c>&lt;</c>, <c>&gt;</c>, <c>&amp;</c> and the
/// two Unicode line separators escaped. By-products carry such bytes as content, so that every byte shows.
/// </summary>
internal sealed class GoJson
{
    private readonly StringBuilder text = new();

    public void WriteText(string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }

    public void WriteList(IEnumerable<string> values)
    {
        text.Append('[');
        string separator = "";
        foreach (string value in values)
        {
            text.Append(separator);
            WriteText(value);
            separator = ",";
        }

        text.Append(']');
    }

    public void WriteMap(IEnumerable<KeyValuePair<string, string>> members)
    {
        text.Append('{');
        string separator = "";
        foreach (var (name, value) in members.OrderBy(static m => m.Key, StringComparer.Ordinal))
        {
            text.Append(separator);
            WriteText(name);
            text.Append(':');
            WriteText(value);
            separator = ",";
        }

        text.Append('}');
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(text.ToString());
}
