using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Provenance.ArtifactStore.Serving;

namespace Provenance.ArtifactStore.Tests.Serving.Hostility;

/// <summary>Clients that hold a connection by sending next to nothing. To see it takes as long as the server's patience, some 15 seconds.</summary>
public sealed class SlowClientTests : RegistryTest
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Every_limit_is_set()
    {
        var options = new KestrelServerOptions();
        options.ConfigureForArtifacts();

        options.Limits.RequestHeadersTimeout.Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(15));
        options.Limits.MinRequestBodyDataRate!.BytesPerSecond.Should().BeGreaterThanOrEqualTo(1024);
        options.Limits.MinResponseDataRate!.BytesPerSecond.Should().BeGreaterThanOrEqualTo(1024);
        options.Limits.MaxConcurrentConnections.Should().BeLessThanOrEqualTo(10_000);
        options.Limits.KeepAliveTimeout.Should().BeLessThanOrEqualTo(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Headers_and_bodies_that_come_a_byte_a_second_are_cut_off_and_leave_nothing()
    {
        const string hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        string[] bodies = ["PUT /cache/space/key", $"PUT /cas/{hex}", $"PUT /ac/{hex}", "PUT /v2/app/manifests/latest", $"POST /v2/app/blobs/uploads/?digest=sha256:{hex}"];
        string[] starts = ["GET /v2/ HTTP/1.1\r\nHost: a\r\nX-Slow: ", .. bodies.Select(body => $"{body} HTTP/1.1\r\nHost: {Registry.Address}\r\nContent-Length: 100000\r\n\r\n")];

        foreach (string answer in await Task.WhenAll(starts.Select(DripAsync)))
        {
            answer.Should().ContainAny("408", "closed");
        }

        foreach (string name in (string[])["uploads", "tmp"])
        {
            Directory.EnumerateFiles(Path.Combine(Registry.Folder, name)).Should().BeEmpty();
        }
    }

    /// <summary>Sends a start, then a byte a second until the server has had enough; the first line it answered, or that it closed.</summary>
    private async Task<string> DripAsync(string start)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Registry.Uri.Host, Registry.Uri.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(start));
        using var patience = new CancellationTokenSource(Patience);
        byte[] answer = new byte[1024];
        var reading = stream.ReadAsync(answer, patience.Token).AsTask();
        try
        {
            while (await Task.WhenAny(reading, Task.Delay(Pause, patience.Token)) != reading)
            {
                patience.Token.ThrowIfCancellationRequested();
                await stream.WriteAsync("a"u8.ToArray(), patience.Token);
            }

            int read = await reading;
            return read is 0 ? "closed" : Encoding.ASCII.GetString(answer, 0, read).Split('\r')[0];
        }
        catch (IOException)
        {
            return "closed";
        }
    }
}
