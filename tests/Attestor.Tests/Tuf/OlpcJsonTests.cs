using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Tuf;

namespace Provenance.Attestor.Tests.Tuf;

public sealed class OlpcJsonTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("""{ "b": [1, true, null, {}], "a": "x" }""", """{"a":"x","b":[1,true,null,{}]}""")]
    [InlineData("""{"a":"\" \\ \/ \u00e4 \ud83d\ude00 <>&+"}""", "{\"a\":\"\\\" \\\\ / ä 😀 <>&+\"}")]
    [InlineData("""{"a":"\n\t\u0000\u007f"}""", "{\"a\":\"\n\t\0\u007f\"}")]
    [InlineData("""{"\ufb01":1,"\ud83d\ude00":2,"z":3,"Z":4}""", "{\"Z\":4,\"z\":3,\"ﬁ\":1,\"😀\":2}")]
    [InlineData("""{"a\"":[],"a":-9007199254740991}""", """{"a":-9007199254740991,"a\"":[]}""")]
    public void Values_are_written_as_OLPC_has_it(string json, string expected)
    {
        using var document = JsonDocument.Parse(json);

        Encoding.UTF8.GetString(OlpcJson.Of(document.RootElement)).Should().Be(expected);
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("1.0")]
    [InlineData("-0")]
    [InlineData("9007199254740992")]
    [InlineData("123456789012345678901234567890")]
    public void Numbers_that_readers_may_read_otherwise_are_refused(string json)
    {
        using var document = JsonDocument.Parse(json);

        FluentActions.Invoking(() => OlpcJson.Of(document.RootElement)).Should().Throw<EvidenceException>();
    }

    [Fact]
    public void What_is_canonical_does_not_depend_on_how_it_was_written() => Prop.ForAll<Dictionary<NonNull<string>, string>>(static members =>
    {
        var clean = members.Where(static m => IsText(m.Key.Get) && IsText(m.Value ?? string.Empty)).ToDictionary(static m => m.Key.Get, static m => m.Value);
        byte[] one = Of(JsonSerializer.Serialize(clean));
        byte[] other = Of(JsonSerializer.Serialize(clean.Reverse().ToDictionary(), Indented));
        one.Should().Equal(other);
    }).QuickCheckThrowOnFailure();

    private static bool IsText(string text) => text.EnumerateRunes().All(static rune => rune != Rune.ReplacementChar);

    private static byte[] Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return OlpcJson.Of(document.RootElement);
    }
}
