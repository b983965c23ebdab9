using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Tests.Statements;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{"b":1,"a":2}""", """{"a":2,"b":1}""")]
    [InlineData("""{"a":{"z":[{"y":1,"x":2}]}}""", """{"a":{"z":[{"x":2,"y":1}]}}""")]
    [InlineData(""" [ 1 , 2 ] """, "[1,2]")]
    [InlineData("[2, 1]", "[2,1]")]
    [InlineData("""{"\u0061":"\u0041\/"}""", """{"a":"A/"}""")]
    [InlineData("""{"B":1,"a":2,"_":3}""", """{"B":1,"_":3,"a":2}""")]
    [InlineData("""{"é":1,"e":2,"z":3}""", """{"e":2,"z":3,"é":1}""")]
    [InlineData("[1.10, 1e2, -0, 12345678901234567890123456789, 1E400]", "[1.10,1e2,-0,12345678901234567890123456789,1E400]")]
    [InlineData("[true, false, null, \"\"]", "[true,false,null,\"\"]")]
    [InlineData("[{}, []]", "[{},[]]")]
    [InlineData("""["<a href='x'>&+\u007f"]""", "[\"<a href='x'>&+\\u007F\"]")]
    public void Of_gives_one_form_to_every_spelling(string text, string expected) => Canonical(text).Should().Be(expected);

    [Fact]
    public void Of_does_not_depend_on_the_order_of_members() =>
        Prop.ForAll<string[], int>((names, seed) =>
        {
            string[] distinct = [.. (names ?? []).Select(static n => Printable(n)).Distinct()];
            string[] shuffled = [.. distinct];
            new Random(seed).Shuffle(shuffled);
            return Canonical(Object(distinct)) == Canonical(Object(shuffled));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Of_keeps_the_value_and_changes_nothing_the_second_time() =>
        Prop.ForAll<string[]>(static names =>
        {
            string text = Object([.. (names ?? []).Select(static n => Printable(n)).Distinct()]);
            string once = Canonical(text);
            return JsonElement.DeepEquals(Parse(text), Parse(once)) && Canonical(once) == once;
        }).QuickCheckThrowOnFailure();

    private static string Printable(string? text) => string.Concat((text ?? "").Where(static c => !char.IsSurrogate(c)));

    private static string Object(IEnumerable<string> names) => new JsonObject(names.Select((n, i) => KeyValuePair.Create(n, (JsonNode?)new JsonArray(n, n.Length)))).ToJsonString();

    private static string Canonical(string text) => Encoding.UTF8.GetString(CanonicalJson.Of(Parse(text)));

    private static JsonElement Parse(string text) => JsonDocument.Parse(text).RootElement;
}
