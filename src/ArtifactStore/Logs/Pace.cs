namespace Provenance.ArtifactStore.Logs;

/// <summary>Keeps work in the background from taking the disk away from those who wait for it.</summary>
/// <param name="bytesPerSecond">How many bytes may be spent in a second.</param>
/// <param name="time">The clock.</param>
internal sealed class Pace(long bytesPerSecond, TimeProvider time)
{
    private readonly long start = time.GetTimestamp();
    private long spent;

    /// <summary>Notes bytes that were spent, and waits until so many are due.</summary>
    public async ValueTask SpendAsync(long bytes, CancellationToken cancellationToken)
    {
        spent += bytes;
        var ahead = TimeSpan.FromSeconds((double)spent / bytesPerSecond) - time.GetElapsedTime(start);
        if (ahead > TimeSpan.FromMilliseconds(10))
        {
            await Task.Delay(ahead, time, cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
