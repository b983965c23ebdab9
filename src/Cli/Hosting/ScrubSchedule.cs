using System.Globalization;
using System.Text;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Keys;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Hosting;

/// <summary>Reads all blobs of a store again from time to time, while it serves. When it last did is kept, so that restarts do not matter.</summary>
internal sealed class ScrubSchedule(
    IBlobScrubber scrubber, IBlobHealing healing, IKeyTable keys, StoreMetrics metrics, TimeSpan interval, long bytesPerSecond, TimeProvider time, Action<string> say)
{
    private const string Table = "scrubs";
    private const string Last = "last";
    private const int MaximumNamed = 20;

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromHours(1);

    /// <summary>Scrubs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var wait = FindLast() + interval - time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken);
                continue;
            }

            try
            {
                await ScrubAsync(cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                say($"Reading the blobs again failed ({e.Message}). It is tried again in an hour.");
                await Task.Delay(PauseAfterFailure, time, cancellationToken);
            }
        }
    }

    private async Task ScrubAsync(CancellationToken cancellationToken)
    {
        var options = new ScrubOptions { BytesPerSecond = bytesPerSecond, Heal = healing.HealAsync };
        var report = await scrubber.ScrubAsync(options, new Progress(metrics), cancellationToken);
        metrics.Scrubbed(report.Corrupted.Count + report.Unnamed, report.Corrupted.Count(static blob => blob.IsHealed));
        foreach (var blob in report.Corrupted.Take(MaximumNamed))
        {
            say(blob.IsHealed ? $"Blob {blob.Digest} was corrupt and has been brought anew. Check the disk." : $"Blob {blob.Digest} is corrupt. Push it again, and check the disk.");
        }

        if (report.Unnamed > 0 || report.Corrupted.Count > MaximumNamed)
        {
            say($"{report.Corrupted.Count} blobs were corrupt, and {report.Unnamed} more can no longer be named. Check the disk; provenance store scrub names them all.");
        }

        byte[] now = Encoding.ASCII.GetBytes(time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        await keys.ChangeAsync([KeyChange.Set(Table, Last, now)], cancellationToken);
    }

    private DateTimeOffset FindLast() =>
        keys.TryFind(Table, Last, out var value) && long.TryParse(value.Span, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.UnixEpoch;

    private sealed class Progress(StoreMetrics metrics) : IProgress<ScrubProgress>
    {
        private long reported;

        public void Report(ScrubProgress value)
        {
            metrics.ScrubbedBytes(value.Bytes - reported);
            reported = value.Bytes;
        }
    }
}
