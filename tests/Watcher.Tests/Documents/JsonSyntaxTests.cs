using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Tests.Documents;

public sealed class JsonSyntaxTests
{
    private const int Depth = 130;

    [Theory]
    [InlineData("""{"a":[1,-0.5e+3,true,false,null,"\u00e9\"\\\/\b\f\n\r\t"],"":{}}""")]
    [InlineData(" [ ] ")]
    [InlineData("[[],{},[{}]]")]
    [InlineData("\t{\r\n\"a\" : 1 , \"b\" : 2 }")]
    [InlineData("\"more than sixteen bytes, so that a whole vector is passed\"")]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("1E2")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1e")]
    [InlineData("+1")]
    [InlineData("NaN")]
    [InlineData("nul")]
    [InlineData("nulll")]
    [InlineData("truefalse")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("[1 2]")]
    [InlineData("[1}")]
    [InlineData("{\"a\":1]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{\"a\":}")]
    [InlineData("{a:1}")]
    [InlineData("{1:1}")]
    [InlineData("{\"a\":[}")]
    [InlineData("{} {}")]
    [InlineData("]")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"\\u12")]
    [InlineData("\"\\")]
    [InlineData("\"not ended")]
    [InlineData("\"a line\nbreak\"")]
    [InlineData("// a comment\n1")]
    [InlineData("\ufeff1")]
    public void The_verdict_is_that_of_the_framework(string text) => Accepts(Encoding.UTF8.GetBytes(text)).Should().Be(FrameworkAccepts(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(129)]
    [InlineData(Depth)]
    [InlineData(Depth + 1)]
    public void Nesting_is_followed_to_the_depth_that_is_allowed(int depth)
    {
        byte[] mixed = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[0,{\"a\":", depth / 2)) + (depth % 2 is 0 ? "1" : "[]") + string.Concat(Enumerable.Repeat("}]", depth / 2)));
        Accepts(mixed).Should().Be(depth <= Depth).And.Be(FrameworkAccepts(mixed));
        byte[] crossed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(mixed)[..^1] + "}");
        Accepts(crossed).Should().BeFalse();
    }

    [Fact]
    public void The_verdict_is_that_of_the_framework_whatever_the_bytes() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        static bytes => Accepts(bytes) == FrameworkAccepts(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void The_verdict_is_that_of_the_framework_however_pieces_of_json_follow_one_another() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(Pieces().ToArbitrary(), static bytes => Accepts(bytes) == FrameworkAccepts(bytes)));

    [Fact]
    public void A_valid_value_is_passed_to_where_it_ends_and_a_change_of_one_byte_is_judged_as_the_framework_does() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5_000),
        Prop.ForAll(
            Values(4).Zip(Gen.Choose(0, int.MaxValue)).Zip(Gen.Choose(0, 255)).ToArbitrary(),
            static given =>
            {
                var ((value, place), other) = given;
                byte[] bytes = Encoding.UTF8.GetBytes(value);
                int end = JsonSyntax.EndOfValue([.. bytes, .. ",]} 1"u8], 0, Depth);
                byte[] changed = [.. bytes];
                changed[place % bytes.Length] = (byte)other;
                return end == bytes.Length && Accepts(changed) == FrameworkAccepts(changed);
            }));

    [Fact]
    public void A_cursor_finds_what_the_framework_finds() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(Values(3).ToArbitrary(), static value =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes($$"""{ "before" : {{value}} , "\u0061" : {{value}}, "text":"x\ty" , "list" : [ {{value}} , {{value}} ] }""");
            var cursor = new JsonCursor(bytes, Depth);
            var found = new List<string>();
            cursor.TryEnterObject().Should().BeTrue();
            while (cursor.NextMember())
            {
                if (cursor.NameIs("a"u8))
                {
                    found.Add(Encoding.UTF8.GetString(bytes[cursor.Pass()]));
                }
                else if (cursor.NameIs("text"u8))
                {
                    found.Add(Encoding.UTF8.GetString(bytes[cursor.PassText()]));
                }
                else if (cursor.NameIs("list"u8) && cursor.TryEnterArray())
                {
                    while (cursor.NextItem())
                    {
                        found.Add(Encoding.UTF8.GetString(bytes[cursor.Pass()]));
                    }
                }
                else
                {
                    cursor.Pass();
                }
            }

            cursor.End();
            return found.SequenceEqual([value, "x\\ty", value, value]);
        }));

    [Theory]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{,"a":1}""")]
    [InlineData("""{"a":1""")]
    [InlineData("""{"a":1}}""")]
    [InlineData("""{"a":[1,],"b":2}""")]
    [InlineData("""{"a":[1 2]}""")]
    [InlineData("""{"a":[[[]]]}""")]
    public void A_cursor_refuses_what_is_malformed_or_nests_too_deep(string text)
    {
        var read = () =>
        {
            var cursor = new JsonCursor(Encoding.UTF8.GetBytes(text), 3);
            cursor.TryEnterObject();
            while (cursor.NextMember())
            {
                if (!cursor.TryEnterArray())
                {
                    cursor.Pass();
                    continue;
                }

                while (cursor.NextItem())
                {
                    cursor.Pass();
                }
            }

            cursor.End();
        };
        read.Should().Throw<JsonException>();
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_name_that_anybody_wants()
    {
        var cursor = new JsonCursor("""{"\ud800abcdefg":1}"""u8, 3);
        cursor.TryEnterObject();
        cursor.NextMember().Should().BeTrue();
        cursor.NameIs("abcdefgh"u8).Should().BeFalse();
    }

    private static bool Accepts(ReadOnlySpan<byte> json)
    {
        try
        {
            return !json[JsonSyntax.EndOfValue(json, 0, Depth)..].ContainsAnyExcept(" \t\r\n"u8);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool FrameworkAccepts(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Depth });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Gen<byte[]> Pieces() => Gen.Elements(
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\"a\"", "\"a\":", "1", "-", "0", ".", "e", "E5", "true", "null", " ", "\n", "\\u", "00e9", "\u0001", "é", "{\"a\":", "sixteen bytes and more of text")
        .ArrayOf()
        .Select(static pieces => Encoding.UTF8.GetBytes(string.Concat(pieces)));

    private static Gen<string> Values(int depth)
    {
        var scalar = Gen.Elements("0", "-1.5e3", "true", "null", "\"\"", "\"a \\\"quoted\\\" \\\\ text of some length é \\u00e9\"", "\"f:spec\"", "12345678901234567890");
        if (depth is 0)
        {
            return scalar;
        }

        var inner = Values(depth - 1);
        var array = inner.ArrayOf().Select(static items => $"[{string.Join(" ,", items.Take(4))}]");
        var @object = inner.ArrayOf().Select(static items => $"{{{string.Join(", ", items.Take(4).Select(static (v, i) => $"\"n{i}\" : {v}"))}}}");
        return Gen.OneOf(scalar, array, @object);
    }
}
