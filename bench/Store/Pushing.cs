using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Provenance.Bench.Store;

/// <summary>Pushes blobs that nobody has yet: with POST and PUT, as all clients do, or with a POST alone.</summary>
internal sealed class Pushing : IConversation
{
    private static long made;

    private readonly byte[] content;
    private readonly bool single;
    private readonly byte[] begin;
    private string digest = "";

    /// <summary>Prepares a connection.</summary>
    /// <param name="size">The size of each blob in bytes.</param>
    /// <param name="single">Whether the blob goes with the POST.</param>
    public Pushing(int size, bool single)
    {
        this.single = single;
        content = RandomNumberGenerator.GetBytes(size);
        begin = Encoding.ASCII.GetBytes("POST /v2/bench/blobs/uploads/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
    }

    public bool HasBodies => true;

    public ReadOnlyMemory<byte> First()
    {
        BinaryPrimitives.WriteInt64LittleEndian(content, Interlocked.Increment(ref made));
        digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
        return single ? WithContent($"POST /v2/bench/blobs/uploads/?digest={digest}") : begin;
    }

    public ReadOnlyMemory<byte> Next(in Answer answer, out bool finished)
    {
        finished = answer.Status == 201;
        if (finished)
        {
            return First();
        }

        if (answer.Status != 202 || single)
        {
            throw new InvalidOperationException($"A blob is not taken:\n{answer.Text}");
        }

        return WithContent($"PUT {Locate(answer.Header("Location: "u8), digest)}");
    }

    /// <summary>The path to PUT to: what the server named, without host, and the digest.</summary>
    public static string Locate(ReadOnlySpan<byte> location, string digest)
    {
        string place = Encoding.ASCII.GetString(location);
        string path = place.StartsWith('/') ? place : new Uri(place).PathAndQuery;
        return $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest={digest}";
    }

    private byte[] WithContent(string line) =>
    [
        .. Encoding.ASCII.GetBytes($"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: {content.Length}\r\n\r\n"),
        .. content,
    ];
}
