using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Provenance.Testing.Registries;

/// <summary>A server on 127.0.0.1 that answers the head of each request with bytes of the test's choice, which need not be HTTP.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ended = new();
    private readonly Task serving;

    /// <param name="answer">The answer to a request whose head this is.</param>
    public RawServer(Func<string, string> answer)
    {
        listener.Start();
        Address = listener.LocalEndpoint.ToString()!;
        serving = Task.Run(() => ServeAsync(answer));
    }

    /// <summary><c>127.0.0.1:port</c>.</summary>
    public string Address { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await serving;
        listener.Dispose();
        ended.Dispose();
    }

    private async Task ServeAsync(Func<string, string> answer)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(ended.Token);
                await AnswerAsync(client.GetStream(), answer);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(NetworkStream stream, Func<string, string> answer)
    {
        try
        {
            byte[] head = new byte[64 << 10];
            int length = 0;
            while (!head.AsSpan(0, length).EndsWith("\r\n\r\n"u8) && length < head.Length
                && await stream.ReadAsync(head.AsMemory(length), ended.Token) is var read and > 0)
            {
                length += read;
            }

            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer(Encoding.Latin1.GetString(head, 0, length))), ended.Token);
        }
        catch (IOException)
        {
            // The client has had enough.
        }
    }
}
