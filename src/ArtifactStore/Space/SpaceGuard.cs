using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Space;

/// <summary>
/// Watches the bound at every write: above the high water, caches are made smaller in the background; where that was not enough, or the
/// bound itself is reached, writes are refused, because what is left must not go.
/// </summary>
internal sealed partial class SpaceGuard(StoreLog log, SpaceOptions options, SpaceCollector collector, TimeProvider time, ILogger<SpaceGuard> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private Task eviction = Task.CompletedTask;
    private long exhaustedAt;
    private bool isExhausted;
    private long refusals;

    /// <summary>Writes that were refused.</summary>
    public long Refusals => Interlocked.Read(ref refusals);

    /// <summary>Returns where something may be written.</summary>
    /// <exception cref="StorageFullException">There is no room, and nothing that may make room.</exception>
    public Task RequireRoomAsync(CancellationToken cancellationToken) =>
        log.BlobBytes <= options.HighBytes ? Task.CompletedTask : MakeRoomAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await eviction.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        Task? running = Evict();
        if (running is not null && log.BlobBytes >= options.MaximumBytes)
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(false);
            running = null;
        }

        if (running is null && log.BlobBytes > options.HighBytes)
        {
            Interlocked.Increment(ref refusals);
            throw StorageFullException.OfBound(log.BlobBytes);
        }
    }

    /// <summary>The eviction that runs, a new one where none does; null where the last one found too little, and that was just now.</summary>
    private Task? Evict()
    {
        lock (gate)
        {
            if (!eviction.IsCompleted)
            {
                return eviction;
            }

            if (isExhausted && time.GetElapsedTime(exhaustedAt) < Pause)
            {
                return null;
            }

            return eviction = Task.Run(EvictAsync, CancellationToken.None);
        }
    }

    private async Task EvictAsync()
    {
#pragma warning disable CA1031 // Whatever goes wrong, writers must not wait for ever, and the next one tries again.
        try
        {
            await collector.EvictAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Failed(logger, exception);
        }
#pragma warning restore CA1031

        lock (gate)
        {
            (isExhausted, exhaustedAt) = (log.BlobBytes > options.HighBytes, time.GetTimestamp());
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Caches could not be made smaller; it is tried again with the next write")]
    private static partial void Failed(ILogger logger, Exception exception);
}
