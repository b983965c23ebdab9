using System.Buffers.Text;

namespace Provenance.Bench.Store;

/// <summary>The head of an HTTP/1.1 answer. Only what the servers of the benchmark send is understood: a length, never chunks.</summary>
internal readonly ref struct Answer
{
    private readonly ReadOnlySpan<byte> head;

    private Answer(ReadOnlySpan<byte> head) => this.head = head;

    /// <summary>The status code.</summary>
    public int Status => (((head[9] - '0') * 10) + head[10] - '0') * 10 + head[11] - '0';

    /// <summary>How many bytes the head has.</summary>
    public int HeadLength => head.Length;

    /// <summary>How many bytes the body has.</summary>
    public long ContentLength =>
        Utf8Parser.TryParse(Header("Content-Length: "u8), out long length, out _) ? length
        : Status is 204 or 304 ? 0
        : throw new InvalidOperationException($"An answer without a length: {Text}");

    /// <summary>The head as text.</summary>
    public string Text => System.Text.Encoding.Latin1.GetString(head);

    /// <summary>Reads the head at the beginning of what has arrived; false until it is complete.</summary>
    public static bool TryRead(ReadOnlySpan<byte> received, out Answer answer)
    {
        int end = received.IndexOf("\r\n\r\n"u8);
        answer = end < 0 ? default : new Answer(received[..(end + 4)]);
        return end >= 0;
    }

    /// <summary>The value of a header, given as <c>Name: </c>; empty where there is none.</summary>
    public ReadOnlySpan<byte> Header(ReadOnlySpan<byte> name)
    {
        int start = head.IndexOf(name);
        if (start < 0)
        {
            return default;
        }

        var value = head[(start + name.Length)..];
        return value[..value.IndexOf("\r\n"u8)];
    }
}
