using System.Security.Cryptography;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Transparency;

namespace Provenance.Attestor.Tests.Transparency;

/// <summary>Notes are read as C2SP signed-note and tlog-checkpoint write them, so that all readers see the same in one.</summary>
public sealed class CheckpointTests
{
    private static readonly string Root = Convert.ToBase64String(SHA256.HashData([]));
    private static readonly string Signature = Convert.ToBase64String([1, 2, 3, 4, .. SHA512.HashData([])]);
    private static readonly string Good = $"log.example.com\n7\n{Root}\nextra\n\n\u2014 log.example.com {Signature}\n\u2014 witness.example.com/1 {Signature}\n";

    [Fact]
    public void Parse_reads_a_note_with_the_signatures_of_witnesses()
    {
        var read = Checkpoint.Parse(Good);

        (read.Origin, read.Size, read.Signatures.Count).Should().Be(("log.example.com", 7, 2));
        read.Signatures[1].Name.Should().Be("witness.example.com/1");
    }

    [Theory]
    [InlineData("\n7\n", "\n7\0\n")]
    [InlineData("\n7\n", "\n07\n")]
    [InlineData("\n7\n", "\n+7\n")]
    [InlineData("\n7\n", "\n7 \n")]
    [InlineData("\n7\n", "\n9223372036854775808\n")]
    [InlineData("extra", "ex\u0001tra")]
    [InlineData("extra", "ex\rtra")]
    [InlineData("\u2014 witness", "\u2014 wit\u00A0ness")]
    [InlineData("\u2014 witness", "\u2014 wit ness")]
    [InlineData("\u2014 witness", "\u2014  witness")]
    [InlineData("\u2014 witness", "\u2014 wit+ness")]
    [InlineData("\u2014 witness", "\u2014 wit\u0001ness")]
    [InlineData("\u2014 witness", "- witness")]
    [InlineData("\n\u2014 witness", "\n\n\u2014 witness")]
    [InlineData("ROOT", "URL-safe")]
    [InlineData("SIGNATURE", "URL-safe")]
    public void Parse_refuses_a_note_that_others_read_differently(string genuine, string altered)
    {
        string note = genuine switch
        {
            "ROOT" => Good.Replace(Root, Root.Replace('/', '_').Replace('+', '-'), StringComparison.Ordinal),
            "SIGNATURE" => Good.Replace(Signature, Signature.Replace('/', '_').Replace('+', '-'), StringComparison.Ordinal),
            _ => Good.Replace(genuine, altered, StringComparison.Ordinal),
        };

        note.Should().NotBe(Good);
        FluentActions.Invoking(() => Checkpoint.Parse(note)).Should().Throw<EvidenceException>().Which.Code.Should().Be("TLOG_PROOF");
    }
}
