using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Logs.Indexes;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>Reads all blobs in the order in which they lie on the disk.</summary>
internal sealed class DiskBlobScrubber(StoreLog log, DiskBlobStore blobs, TimeProvider time) : IBlobScrubber
{
    private const int BlobsPerProgress = 1000;

    /// <inheritdoc/>
    public async Task<ScrubReport> ScrubAsync(ScrubOptions options, IProgress<ScrubProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BytesPerSecond);
        var pace = new Pace(options.BytesPerSecond, time);
        IndexedBlob[] all = [.. log.ListBlobs()];
        Array.Sort(all, static (one, other) => (one.Place.Segment, one.Place.Offset).CompareTo((other.Place.Segment, other.Place.Offset)));
        List<CorruptBlob> corrupted = [];
        long count = 0;
        long bytes = 0;
        int unnamed = 0;
        foreach (var blob in all)
        {
            if (log.ReadDigest(blob) is not { } digest)
            {
                unnamed += log.TryFind(blob.Key, out var place, out _) && place == blob.Place ? 1 : 0;
            }
            else if (!await IsIntactAsync(digest, pace, cancellationToken).ConfigureAwait(false))
            {
                corrupted.Add(await HealAsync(digest, options, cancellationToken).ConfigureAwait(false));
            }

            bytes += blob.Place.Size;
            if (++count % BlobsPerProgress is 0)
            {
                progress?.Report(new ScrubProgress(count, all.Length, bytes, corrupted.Count));
            }
        }

        // Records that were found damaged at the start are in no index, but some say which blob they were.
        foreach (var damage in log.Start.Damage.Where(static damage => damage is { WasDurable: true, Digest: not null }))
        {
            if (await blobs.FindSizeAsync(damage.Digest!, cancellationToken).ConfigureAwait(false) is null)
            {
                corrupted.Add(await HealAsync(damage.Digest!, options, cancellationToken).ConfigureAwait(false));
            }
        }

        int removed = await blobs.RemoveOrphansAsync(cancellationToken).ConfigureAwait(false);
        progress?.Report(new ScrubProgress(count, all.Length, bytes, corrupted.Count));
        return new ScrubReport(count, bytes, corrupted, unnamed, removed);
    }

    /// <summary>Whether a blob is right, or has been deleted meanwhile.</summary>
    private async Task<bool> IsIntactAsync(Digest digest, Pace pace, CancellationToken cancellationToken)
    {
        using var reader = await blobs.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        if (reader is null)
        {
            return !log.TryFind(digest, out _, out _);
        }

        try
        {
            if (reader is DiskBlobReader file)
            {
                await file.VerifyAsync(pace, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await reader.ReadAllAsync(int.MaxValue, cancellationToken).ConfigureAwait(false);
                await pace.SpendAsync(reader.Size, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }
        catch (BlobException exception) when (exception.Code is BlobException.Corrupted)
        {
            return false;
        }
    }

    private async Task<CorruptBlob> HealAsync(Digest digest, ScrubOptions options, CancellationToken cancellationToken)
    {
        if (options.Heal is { } heal)
        {
            await heal(digest, cancellationToken).ConfigureAwait(false);
        }

        return new CorruptBlob(digest, IsHealed: await blobs.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is not null);
    }
}
