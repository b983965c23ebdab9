using System.Text;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Tests.Serving.Caches;

/// <summary>Messages of the Remote Execution API, written field by field.</summary>
internal static class ActionMessages
{
    public static byte[] Bytes(int field, params byte[][] content)
    {
        byte[] joined = [.. content.SelectMany(static part => part)];
        return [.. Varint((ulong)field << 3 | 2), .. Varint((ulong)joined.Length), .. joined];
    }

    public static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public static byte[] Integer(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    public static byte[] DigestOf(int field, byte[] content) => DigestOf(field, Digest.Of(content).Hex, content.Length);

    public static byte[] DigestOf(int field, string hash, long size) => Bytes(field, Text(1, hash), Integer(2, (ulong)size));

    public static byte[] OutputFile(string path, byte[] content) => Bytes(2, Text(1, path), DigestOf(2, content), Integer(4, 1));

    public static byte[] OutputDirectory(string path, byte[] tree) => Bytes(3, Text(1, path), DigestOf(3, tree));

    public static byte[] Tree(params byte[][] files) =>
    [
        .. Bytes(1, Bytes(1, Text(1, "one"), DigestOf(2, files[0])), Bytes(2, Text(1, "deep"), DigestOf(2, [])), Bytes(3, Text(1, "link"), Text(2, "one"))),
        .. Bytes(2, [.. files[1..].SelectMany(static file => Bytes(1, Text(1, "two"), DigestOf(2, file)))]),
    ];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
