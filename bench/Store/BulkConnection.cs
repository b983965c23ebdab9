using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Provenance.Bench.Store;

/// <summary>A blocking connection for blobs of many megabytes.</summary>
internal sealed class BulkConnection : IDisposable
{
    private readonly byte[] buffer = new byte[1024 * 1024];
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>Connects.</summary>
    public BulkConnection(IPEndPoint server) => socket.Connect(server);

    /// <summary>Fetches a blob, throws its bytes away and returns how many they were.</summary>
    public long Get(string path)
    {
        Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
        return ReadAnswer(200).Body;
    }

    /// <summary>Pushes a blob with POST and PUT.</summary>
    /// <param name="pieces">Its content.</param>
    /// <param name="digest">What it hashes to.</param>
    public void Push(IReadOnlyList<ReadOnlyMemory<byte>> pieces, string digest)
    {
        Send("POST /v2/bench/blobs/uploads/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"u8);
        string path = Pushing.Locate(Encoding.ASCII.GetBytes(ReadAnswer(202).Location), digest);
        long length = pieces.Sum(static p => (long)p.Length);
        Send(Encoding.ASCII.GetBytes(
            $"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\n"));
        foreach (var piece in pieces)
        {
            Send(piece.Span);
        }

        ReadAnswer(201);
    }

    public void Dispose() => socket.Dispose();

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    private (long Body, string Location) ReadAnswer(int status)
    {
        int received = 0;
        Answer answer;
        do
        {
            received += Receive(received);
        }
        while (!Answer.TryRead(buffer.AsSpan(0, received), out answer));

        if (answer.Status != status)
        {
            throw new InvalidOperationException($"Expected status {status}:\n{answer.Text}");
        }

        long body = answer.ContentLength;
        string location = Encoding.ASCII.GetString(answer.Header("Location: "u8));
        for (long rest = answer.HeadLength + body - received; rest > 0;)
        {
            rest -= Receive(0);
        }

        return (body, location);
    }

    private int Receive(int offset)
    {
        int read = socket.Receive(buffer, offset, buffer.Length - offset, SocketFlags.None);
        return read > 0 ? read : throw new InvalidOperationException("The server closed a connection.");
    }
}
