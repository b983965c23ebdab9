using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;

namespace Provenance.Cli.Reporting;

/// <summary>
/// A line of JSON for each answer. Of the request it tells who, what and how much; never a query, a header or a body, as those may hold
/// secrets. When whatever reads it cannot keep up, lines are left out and counted, so that requests do not wait.
/// </summary>
internal sealed class AccessLog : IAsyncDisposable
{
    private const int MaximumWaiting = 10_000;
    private const int MaximumPathLength = 1024;

    private readonly Channel<byte[]> lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaximumWaiting) { SingleReader = true });
    private readonly Task writing;
    private long dropped;

    public AccessLog(Stream destination) => writing = WriteAsync(destination);

    /// <summary>Writes a line, later.</summary>
    public void Add(AccessLogEntry entry)
    {
        var line = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteString("time", entry.Time);
            writer.WriteString("remote", entry.Remote);
            writer.WriteString("identity", entry.Identity);
            writer.WriteString("method", entry.Method.Length > 16 ? entry.Method[..16] : entry.Method);
            writer.WriteString("path", entry.Path.Length > MaximumPathLength ? entry.Path[..MaximumPathLength] : entry.Path);
            writer.WriteNumber("status", entry.Status);
            writer.WriteNumber("received", entry.Received);
            writer.WriteNumber("sent", entry.Sent);
            writer.WriteNumber("milliseconds", Math.Round(entry.Duration.TotalMilliseconds, 3));
            if (Interlocked.Exchange(ref dropped, 0) is > 0 and var missing)
            {
                writer.WriteNumber("linesLeftOut", missing);
            }

            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        if (!lines.Writer.TryWrite(line.WrittenSpan.ToArray()))
        {
            Interlocked.Increment(ref dropped);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lines.Writer.TryComplete();
        await writing;
    }

    private async Task WriteAsync(Stream destination)
    {
        try
        {
            while (await lines.Reader.WaitToReadAsync())
            {
                while (lines.Reader.TryRead(out byte[]? line))
                {
                    await destination.WriteAsync(line);
                }

                await destination.FlushAsync();
            }
        }
        catch (IOException)
        {
            // Nobody reads standard output any more; the store goes on without a log.
            lines.Writer.TryComplete();
        }
    }
}
