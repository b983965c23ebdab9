using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Rekor;
using Provenance.Attestor.Tests.Data;

namespace Provenance.Attestor.Tests.Rekor;

public sealed class LogAnswerTests
{
    [Fact]
    public void The_answer_of_version_1_reads_as_the_entry_that_cosign_made_of_it()
    {
        var expected = EntryOf("kl1");

        var read = LogAnswer.ReadVersion1(Utf8(Version1(expected)));

        read.Should().BeEquivalentTo(expected, static options => options.ComparingByMembers<LogEntry>().ComparingByMembers<InclusionProof>()
            .Using<ReadOnlyMemory<byte>>(static context => context.Subject.ToArray().Should().Equal(context.Expectation.ToArray())).WhenTypeIs<ReadOnlyMemory<byte>>());
    }

    [Fact]
    public void The_answer_of_version_2_is_the_entry_of_the_bundle()
    {
        var json = JsonNode.Parse(Vectors.Text("sigstore-vectors/kl2.bundle.json"))!["verificationMaterial"]!["tlogEntries"]![0]!;

        var read = LogAnswer.ReadVersion2(Utf8(json));

        read.Body.ToArray().Should().Equal(EntryOf("kl2").Body.ToArray());
        read.Promise.Should().BeNull();
    }

    [Fact]
    public void Fields_that_a_log_adds_are_passed_over()
    {
        var answer = Version1(EntryOf("kl1"));
        Only(answer)["attestation"] = new JsonObject { ["data"] = "e30=" };

        LogAnswer.ReadVersion1(Utf8(answer)).Kind.Should().Be("dsse");
    }

    [Theory]
    [InlineData("0", "{}", 0L)]
    [InlineData("9223372036854775807", "{}", long.MaxValue)]
    [InlineData("7", """{"code":6,"message":"an equivalent entry already exists in the transparency log with index 8"}""", 7L)]
    [InlineData(null, """{"code":6,"message":"an equivalent entry already exists in the transparency log with index 8","details":[]}""", 8L)]
    [InlineData(null, """{"code":6,"message":"an equivalent entry already exists"}""", null)]
    [InlineData(null, "{}", null)]
    public void The_place_of_an_entry_that_is_there_already_is_in_the_header_or_in_words(string? header, string body, long? place) =>
        LogAnswer.FindPlace(header, Encoding.UTF8.GetBytes(body)).Should().Be(place);

    [Theory]
    [InlineData("-1", "{}")]
    [InlineData("+1", "{}")]
    [InlineData(" 1", "{}")]
    [InlineData("1, 2", "{}")]
    [InlineData("", "{}")]
    [InlineData("9223372036854775808", "{}")]
    [InlineData("0x10", "{}")]
    [InlineData(null, """{"message":"exists with index 1 or 2"}""")]
    [InlineData(null, """{"message":7}""")]
    [InlineData(null, "conflict")]
    public void A_place_that_is_none_is_refused(string? header, string body) =>
        FluentActions.Invoking(() => LogAnswer.FindPlace(header, Encoding.UTF8.GetBytes(body))).Should().Throw<EvidenceException>();

    public static TheoryData<string, Action<JsonObject>> Malformed() => new()
    {
        { "two entries", static answer => answer["b"] = Only(answer).DeepClone() },
        { "no entry", static answer => answer.Clear() },
        { "an entry that is no object", static answer => answer["a"] = "text" },
        { "no body", static answer => Only(answer).Remove("body") },
        { "a body that is no JSON", static answer => Only(answer)["body"] = "AAAA" },
        { "a body with the same name twice", static answer => Only(answer)["body"] = Convert.ToBase64String("""{"kind":"dsse","kind":"dsse","apiVersion":"0.0.1"}"""u8) },
        { "no proof", static answer => Only(answer)["verification"]!.AsObject().Remove("inclusionProof") },
        { "no checkpoint", static answer => Only(answer)["verification"]!["inclusionProof"]!.AsObject().Remove("checkpoint") },
        { "a short id", static answer => Only(answer)["logID"] = "abcd" },
        { "an id that is not hexadecimal", static answer => Only(answer)["logID"] = new string('x', 64) },
        { "a negative place", static answer => Only(answer)["logIndex"] = -1 },
        { "a path that no tree has", static answer => Only(answer)["verification"]!["inclusionProof"]!["hashes"] = new JsonArray([.. Enumerable.Range(0, 64).Select(static _ => JsonValue.Create(new string('a', 64)))]) },
        { "a hash that is a number", static answer => Only(answer)["verification"]!["inclusionProof"]!["hashes"] = new JsonArray(7) },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_answer_is_refused(string what, Action<JsonObject> change)
    {
        var answer = Version1(EntryOf("kl1"));
        change(answer);

        FluentActions.Invoking(() => LogAnswer.ReadVersion1(Utf8(answer))).Should().Throw<EvidenceException>(what);
    }

    private static LogEntry EntryOf(string name) => Bundle.Parse(Encoding.UTF8.GetBytes(Vectors.Text($"sigstore-vectors/{name}.bundle.json"))).Material.LogEntries[0];

    private static byte[] Utf8(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    private static JsonObject Only(JsonObject answer) => answer["a"]!.AsObject();

    private static JsonObject Version1(LogEntry entry) => new()
    {
        ["a"] = new JsonObject
        {
            ["body"] = Convert.ToBase64String(entry.Body.Span),
            ["integratedTime"] = entry.IntegratedTime,
            ["logID"] = Convert.ToHexStringLower(entry.LogId.Span),
            ["logIndex"] = entry.LogIndex,
            ["verification"] = new JsonObject
            {
                ["signedEntryTimestamp"] = Convert.ToBase64String(entry.Promise!.Value.Span),
                ["inclusionProof"] = new JsonObject
                {
                    ["logIndex"] = entry.Proof!.LogIndex,
                    ["rootHash"] = Convert.ToHexStringLower(entry.Proof.RootHash.Span),
                    ["treeSize"] = entry.Proof.TreeSize,
                    ["hashes"] = new JsonArray([.. entry.Proof.Hashes.Select(static hash => JsonValue.Create(Convert.ToHexStringLower(hash.Span)))]),
                    ["checkpoint"] = entry.Proof.Checkpoint,
                },
            },
        },
    };
}
