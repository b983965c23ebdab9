using Provenance.ArtifactStore.Caches.Actions;
using Provenance.ArtifactStore.Digests;
using static Provenance.ArtifactStore.Tests.Serving.Caches.ActionMessages;

namespace Provenance.ArtifactStore.Tests.Caches.Actions;

public sealed class ActionResultTests
{
    private static readonly byte[] Content = "content"u8.ToArray();

    [Fact]
    public void Outputs_streams_and_trees_are_found()
    {
        byte[] tree = Tree(Content);
        byte[] message = [.. OutputFile("a", Content), .. DigestOf(6, [1]), .. DigestOf(8, [2]), .. OutputDirectory("d", tree), .. Integer(4, ulong.MaxValue)];

        var result = ActionResult.Parse(message);

        result.Blobs.Should().Equal(Of(Content), Of([1]), Of([2]));
        result.Trees.Should().Equal(Of(tree));
        ActionResult.ParseTree(tree, 1).Should().Equal(Of(Content));
    }

    [Fact]
    public void Every_beginning_of_a_result_is_refused_or_read_without_another_fault()
    {
        byte[] message = [.. OutputFile("a", Content), .. OutputDirectory("d", [1])];
        int file = OutputFile("a", Content).Length;

        for (int length = 1; length < message.Length; length++)
        {
            var parsing = FluentActions.Invoking(() => ActionResult.Parse(message.AsSpan(0, length)));
            if (length == file)
            {
                parsing.Should().NotThrow();
            }
            else
            {
                parsing.Should().Throw<FormatException>("{0} bytes are no message", length);
            }
        }
    }

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "a field without a number", [0x02, 0x00] },
        { "a group, which is not used any more", [0x0b] },
        { "a length beyond the end", [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01] },
        { "an integer of more than 64 bits", [0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02] },
        { "an integer without end", [0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80] },
        { "the reserved field", Text(1, "x") },
        { "an exit code that is text", Text(4, "0") },
        { "an output that is a number", Integer(2, 1) },
        { "an output without a digest", Bytes(2, Text(1, "a")) },
        { "an output with two digests", Bytes(2, Text(1, "a"), DigestOf(2, Content), DigestOf(2, [1])) },
        { "a path that is no UTF-8", Bytes(2, Bytes(1, [0xff]), DigestOf(2, Content)) },
        { "a directory without a tree", Bytes(3, Text(1, "a")) },
        { "a hash that is none", Bytes(2, DigestOf(2, "../../etc", 1)) },
        { "a hash in capitals", Bytes(2, DigestOf(2, new string('A', 64), 1)) },
        { "a negative size", Bytes(2, DigestOf(2, Digest.Of(Content).Hex, -1)) },
        { "a digest with another field", Bytes(6, Text(1, Digest.Of(Content).Hex), Text(3, "x")) },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_is_malformed_is_refused(string what, byte[] message) =>
        FluentActions.Invoking(() => ActionResult.Parse(message)).Should().Throw<FormatException>(what);

    [Fact]
    public void The_number_of_references_is_bounded()
    {
        byte[] output = OutputFile("a", Content);
        byte[] many = [.. Enumerable.Repeat(output, ActionResult.MaximumReferences + 1).SelectMany(static bytes => bytes)];

        FluentActions.Invoking(() => ActionResult.Parse(many)).Should().Throw<FormatException>();
        ActionResult.Parse(many.AsSpan(output.Length)).Blobs.Should().HaveCount(ActionResult.MaximumReferences);
        FluentActions.Invoking(() => ActionResult.ParseTree(Tree(Content, Content), 1)).Should().Throw<FormatException>();
    }

    private static SizedDigest Of(byte[] content) => new(Digest.Of(content), content.Length);
}
