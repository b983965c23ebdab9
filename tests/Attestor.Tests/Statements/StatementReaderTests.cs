using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Tests.Statements;

public sealed class StatementReaderTests
{
    private static readonly string Hex = new('a', 64);
    private static readonly string Subject = $$$"""{"name":"app","digest":{"sha256":"{{{Hex}}}"}}""";

    [Fact]
    public void Read_takes_both_types_of_statement()
    {
        Read(Statement(Subject)).Subjects.Should().ContainSingle().Which.Digest!.ContentDigest!.Hex.Should().Be(Hex);
        Read(Statement(Subject).Replace("Statement/v1", "Statement/v0.1", StringComparison.Ordinal)).PredicateType.Should().Be("https://example.com/p");
    }

    [Fact]
    public void Read_ignores_algorithms_that_it_does_not_know_beside_one_that_it_does() =>
        Read(Statement($$$"""{"digest":{"blake3":"x","sha256":"{{{Hex}}}"}}""")).Subjects[0].Digest!.Count.Should().Be(1);

    [Fact]
    public void Read_keeps_a_subject_without_a_known_digest_as_one_that_matches_nothing() =>
        Read(Statement("""{"name":"app","digest":{"blake3":"x"}}""")).Subjects.Should().ContainSingle().Which.Digest.Should().BeNull();

    [Theory]
    [InlineData("""{"name":"app"}""", "JSON_INVALID")]
    [InlineData("""{"digest":{"sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}""", "STATEMENT_INVALID")]
    [InlineData("""{"digest":{"sha256":"aa"}}""", "STATEMENT_INVALID")]
    [InlineData("""{"digest":{"sha256":5}}""", "JSON_INVALID")]
    [InlineData("""{"digest":"sha256:aa"}""", "JSON_INVALID")]
    [InlineData("5", "JSON_INVALID")]
    public void Read_refuses_a_subject_that_cannot_be_matched(string subject, string code) => ShouldRefuse(Statement(subject), code);

    [Fact]
    public void Read_refuses_what_readers_could_disagree_about()
    {
        string good = Statement(Subject);
        ShouldRefuse(good.Replace("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v2", StringComparison.Ordinal), "STATEMENT_INVALID");
        ShouldRefuse(good.Insert(1, "\"Subject\":[],"), "JSON_INVALID");
        ShouldRefuse(good.Insert(1, "\"subject\":[],"), "JSON_DUPLICATE");
        ShouldRefuse(good.Insert(1, "\"\\u0073ubject\":[],"), "JSON_DUPLICATE");
        ShouldRefuse(good + "{}", "JSON_INVALID");
        ShouldRefuse(good[..^1], "JSON_INVALID");
        ShouldRefuse("[]", "JSON_INVALID");
        ShouldRefuse("", "JSON_INVALID");
    }

    [Fact]
    public void Read_and_Write_take_1024_subjects_and_not_one_more()
    {
        Read(Statement(string.Join(',', Enumerable.Repeat(Subject, 1024)))).Subjects.Should().HaveCount(1024);
        ShouldRefuse(Statement(string.Join(',', Enumerable.Repeat(Subject, 1025))), "LIMIT");
        ShouldRefuse(Statement(""), "STATEMENT_INVALID");
        DigestSet.TryCreate([new("sha256", Hex)], out var digest, out _).Should().BeTrue();
        var write = (int count) => StatementWriter.Write([.. Enumerable.Repeat(new ResourceDescriptor { Name = "app", Digest = digest }, count)], "https://example.com/p", static w => w.WriteRawValue("{}"));
        Read(Encoding.UTF8.GetString(write(1024))).Subjects.Should().HaveCount(1024);
        write.Invoking(static w => w(1025)).Should().Throw<ArgumentException>();
        write.Invoking(static w => w(0)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Write_refuses_a_subject_without_a_digest()
    {
        var write = static () => StatementWriter.Write([new ResourceDescriptor { Name = "app" }], "https://example.com/p", static w => w.WriteRawValue("{}"));
        write.Should().Throw<ArgumentException>().WithMessage("*app has no digest*");
    }

    [Fact]
    public void Read_takes_any_text_without_another_exception()
    {
        string good = Statement(Subject);
        Prop.ForAll<int, int>((position, code) =>
        {
            // One character of a good statement is replaced: nearly right is where parsers go wrong.
            int at = Math.Abs(position % good.Length);
            string text = good[..at] + (char)(Math.Abs(code) % 128) + good[(at + 1)..];
            try
            {
                return Read(text).Subjects.Count is 1;
            }
            catch (EvidenceException)
            {
                return true;
            }
        }).QuickCheckThrowOnFailure();
    }

    private static string Statement(string subjects) =>
        $$$"""{"_type":"https://in-toto.io/Statement/v1","subject":[{{{subjects}}}],"predicateType":"https://example.com/p","predicate":{}}""";

    private static Statement Read(string text) => StatementReader.Read(Encoding.UTF8.GetBytes(text));

    private static void ShouldRefuse(string text, string code) =>
        text.Invoking(static t => Read(t)).Should().Throw<EvidenceException>().Which.Code.Should().Be(code, "of {0}", text);
}
