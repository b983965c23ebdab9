using System.Net.Sockets;
using System.Text;

namespace Provenance.ArtifactStore.Tests.Serving.Hostility;

/// <summary>Sends hostile requests, each on a connection of its own, and collects the answers that no request should get.</summary>
internal sealed class HostileClient(Uri server, int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HostileRequests requests = new(new Random(seed));
    private readonly byte[] buffer = new byte[16 * 1024];

    /// <summary>Answers that say that the server failed, each with the request.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>How many answers came.</summary>
    public int Answers { get; private set; }

    /// <summary>Sends until told to end.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested && Failures.Count == 0)
        {
            byte[] request = requests.Next();
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server.Host, server.Port, CancellationToken.None);
            try
            {
                if (requests.BreaksOff)
                {
                    await socket.SendAsync(request.AsMemory(0, requests.PartOf(request.Length)), CancellationToken.None);
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                    continue;
                }

                await socket.SendAsync(request, CancellationToken.None);
                socket.Shutdown(SocketShutdown.Send);
                Judge(request, await ReceiveAsync(socket));
            }
            catch (SocketException)
            {
                // The server may close on whom it does not understand.
            }
        }
    }

    private async Task<string> ReceiveAsync(Socket socket)
    {
        var answer = new StringBuilder();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (answer.Length < 100_000 && await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var read)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (OperationCanceledException)
        {
            // It waits for the rest of a body that does not come, which its own limits end.
        }

        return answer.ToString();
    }

    private void Judge(byte[] request, string answer)
    {
        foreach (string line in answer.Split('\n').Where(static l => l.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)))
        {
            Answers++;

            // 501 and 505 are true of methods and versions that nobody knows.
            if (line.AsSpan(9, 1) is "5" && line.AsSpan(9, 3) is not ("501" or "505"))
            {
                Failures.Add($"{line.Trim()} to:\n{Encoding.Latin1.GetString(request, 0, Math.Min(request.Length, 2000))}\nanswer:\n{answer}");
            }
        }

        foreach (string line in answer.Split("\r\n").Where(static l => l.StartsWith("Location: ", StringComparison.Ordinal) && l.Contains("/uploads/", StringComparison.Ordinal)))
        {
            requests.Learn(line["Location: ".Length..]);
        }
    }
}
