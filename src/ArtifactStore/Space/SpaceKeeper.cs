using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Provenance.ArtifactStore.Space;

/// <summary>Collects from time to time while a store is served, and writes down at the end when blobs were used.</summary>
internal sealed partial class SpaceKeeper(SpaceCollector collector, SpaceOptions options, TimeProvider time, ILogger<SpaceKeeper> logger) : BackgroundService
{
    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await collector.SaveUsageAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            // Uses since the last collection are forgotten; what is not known counts as used at the next start, so nothing goes too early.
            NotSaved(logger, exception);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
#pragma warning disable CA1031 // Whatever a collection fails for, the store serves on and the next one is tried.
            try
            {
                var report = await collector.CollectAsync(isDryRun: false, progress: null, stoppingToken).ConfigureAwait(false);
                Collected(
                    logger, report.Unreferenced.Blobs, report.Expired.Blobs, report.Evicted.Blobs, report.FreedBytes, report.Manifests, report.Pinned.Bytes, report.Duration.TotalSeconds);
                if (report.UnreadableManifests > 0)
                {
                    Unreadable(logger, report.UnreadableManifests);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Failed(logger, exception);
            }
#pragma warning restore CA1031
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Collected {Unreferenced} unreferenced, {Expired} expired and {Evicted} evicted blobs, {Bytes} bytes, and {Manifests} expired manifests; {Pinned} bytes are pinned; {Seconds} s")]
    private static partial void Collected(ILogger logger, long unreferenced, long expired, long evicted, long bytes, long manifests, long pinned, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} manifests cannot be read: nothing was collected of what their repositories hold. Push them again, or delete them")]
    private static partial void Unreadable(ILogger logger, long count);

    [LoggerMessage(Level = LogLevel.Error, Message = "A collection failed; it is tried again after the interval")]
    private static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "When blobs were used last could not be written down")]
    private static partial void NotSaved(ILogger logger, Exception exception);
}
