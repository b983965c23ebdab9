using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Tests.Documents;

public sealed class DocumentReaderTests
{
    [Theory]
    [InlineData("""{"kind": "TaskRun"}""", 1)]
    [InlineData("""[{"kind": "TaskRun"}, {"kind": "TaskRun"}]""", 2)]
    [InlineData("""{"kind": "List", "items": [{"kind": "TaskRun"}, {"kind": "PipelineRun"}]}""", 2)]
    [InlineData("""{"kind": "TaskRunList", "items": []}""", 0)]
    [InlineData("""{"kind": "TaskRun"} {"kind": "TaskRun"}""", 2)]
    [InlineData("{\"kind\": \"TaskRun\"}\n{\"kind\": \"TaskRun\"}\n", 2)]
    [InlineData("kind: TaskRun\n", 1)]
    [InlineData("---\nkind: TaskRun\n---\nkind: PipelineRun\n", 2)]
    [InlineData("kind: List\nitems:\n- kind: TaskRun\n- kind: TaskRun\n", 2)]
    [InlineData("- kind: TaskRun\n- kind: TaskRun\n", 2)]
    [InlineData("# nothing but a comment\n", 0)]
    [InlineData("", 0)]
    public void Read_finds_the_documents_of_every_form(string text, int count) => Read(text).Should().HaveCount(count);

    [Fact]
    public void Read_names_each_document_by_file_and_position()
    {
        Read("kind: A\n").Select(static d => d.Source).Should().Equal("runs.yaml");
        Read("kind: A\n---\nkind: B\n").Select(static d => d.Source).Should().Equal("runs.yaml#1", "runs.yaml#2");
    }

    [Theory]
    [InlineData("a: yes", "\"yes\"")]
    [InlineData("a: on", "\"on\"")]
    [InlineData("a: 0123", "\"0123\"")]
    [InlineData("a: 0x1F", "\"0x1F\"")]
    [InlineData("a: 1.10", "1.10")]
    [InlineData("a: -5", "-5")]
    [InlineData("a: 1e3", "1e3")]
    [InlineData("a: .5", "\".5\"")]
    [InlineData("a: true", "true")]
    [InlineData("a: \"true\"", "\"true\"")]
    [InlineData("a: '1'", "\"1\"")]
    [InlineData("a: ~", "null")]
    [InlineData("a:", "null")]
    [InlineData("a: null", "null")]
    [InlineData("a: \"\"", "\"\"")]
    [InlineData("a: 2026-01-01T00:00:00Z", "\"2026-01-01T00:00:00Z\"")]
    [InlineData("a: |\n  one\n  two\n", "\"one\\ntwo\\n\"")]
    public void Read_takes_scalars_by_the_core_schema(string yaml, string expected) =>
        Read(yaml)[0].Root.GetProperty("a").GetRawText().Should().Be(expected);

    [Theory]
    [InlineData("""{"a": 1, "a": 2}""", "no valid JSON")]
    [InlineData("""{"a": {"b": 1, "\u0062": 2}}""", "no valid JSON")]
    [InlineData("""{"a": 1""", "no valid JSON")]
    [InlineData("""{"a": 1}]""", "no valid JSON")]
    [InlineData("a: 1\na: 2\n", "the key \"a\" stands twice")]
    [InlineData("a: &x 1\nb: *x\n", "an anchor is not accepted")]
    [InlineData("a: *x\n", "is no valid YAML")]
    [InlineData("a: !!int 1\n", "a tag is not accepted")]
    [InlineData("a: [1, 2\n", "is no valid YAML")]
    [InlineData("a: 1\n b: 2\n", "is no valid YAML")]
    [InlineData("? [a]\n: 1\n", "a key must be a scalar")]
    [InlineData("""{"a": "\ud800"}""", "no valid Unicode")]
    [InlineData("""{"\udc00": 1}""", "no valid Unicode")]
    public void Read_refuses_what_readers_would_disagree_about(string text, string expected)
    {
        var read = () => Read(text);
        read.Should().Throw<DocumentException>().Which.Message.Should().StartWith("runs.yaml").And.Contain(expected);
    }

    [Fact]
    public void Read_refuses_bytes_that_are_no_utf8()
    {
        foreach (byte[] content in (byte[][])[[.. "{\"a\": \""u8, 0xff, .. "\"}"u8], [.. "a: "u8, 0xff, 0xfe]])
        {
            var read = () => DocumentReader.Read("runs.yaml", content);
            read.Should().Throw<DocumentException>().WithMessage("runs.yaml*");
        }
    }

    [Fact]
    public void Read_passes_over_a_byte_order_mark() =>
        DocumentReader.Read("x", (byte[])[0xef, 0xbb, 0xbf, .. "{\"kind\": \"A\"}"u8])[0].Kind.Should().Be("A");

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Read_refuses_endless_nesting_in_json(string open, string close)
    {
        var read = () => Read(string.Concat(Enumerable.Repeat(open, 70)) + "1" + string.Concat(Enumerable.Repeat(close, 70)));
        read.Should().Throw<DocumentException>();
    }

    [Fact]
    public void Read_refuses_endless_nesting_in_yaml()
    {
        var read = () => Read("a: " + new string('[', 70) + new string(']', 70));
        read.Should().Throw<DocumentException>().Which.Message.Should().Contain("deep nesting");
    }

    [Fact]
    public void Read_is_not_felled_by_a_bomb_of_aliases()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++)
        {
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        var read = () => Read(bomb.ToString());
        read.Should().Throw<DocumentException>().Which.Message.Should().Contain("an anchor is not accepted");
    }

    [Fact]
    public void Read_takes_any_text_without_another_exception() =>
        Prop.ForAll<string>(text =>
        {
            try
            {
                Read(text ?? "");
            }
            catch (DocumentException)
            {
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task ReadAsync_reads_a_stream_that_comes_in_pieces()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes("kind: TaskRun\nname: " + new string('x', 200_000) + "\n"));
        (await DocumentReader.ReadAsync("runs.yaml", stream, CancellationToken.None)).Should().ContainSingle().Which.Root.ValueKind.Should().Be(JsonValueKind.Object);
    }

    private static RunDocuments Read(string text) => DocumentReader.Read("runs.yaml", Encoding.UTF8.GetBytes(text));
}
