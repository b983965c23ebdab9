using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Logs.Indexes;

namespace Provenance.ArtifactStore.Space;

/// <summary>
/// Keeps those who rely on a blob and those who remove it apart. Whoever makes something refer to a blob holds it from before the look
/// whether it is there until the reference is written; the end of the hold counts as a use. A sweep removes a blob only while it has a
/// claim on it, which it gets only where nobody holds the blob and it was not used since some time before the marking began. So either
/// the marking saw the reference, or the hold or its end keep the sweep away, or the holder finds the blob gone.
/// </summary>
internal sealed class BlobLeases(StoreLog log)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Digest, int> holds = [];
    private readonly Dictionary<Digest, TaskCompletionSource> claims = [];
    private int claimCount;

    /// <summary>Notes that somebody relies on a blob from now on, and waits until no sweep is about to remove it.</summary>
    public ValueTask RenewAsync(Digest digest, CancellationToken cancellationToken)
    {
        log.Touch(digest);

        // Either the sweep sees the use, or its claim is seen here.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref claimCount) is 0)
        {
            return ValueTask.CompletedTask;
        }

        Task? claim;
        lock (gate)
        {
            claim = claims.GetValueOrDefault(digest)?.Task;
        }

        return claim is null ? ValueTask.CompletedTask : new ValueTask(claim.WaitAsync(cancellationToken));
    }

    /// <summary>Holds a blob, be it here or not, until the result is disposed.</summary>
    public ValueTask<BlobHold> HoldAsync(Digest digest, CancellationToken cancellationToken) => HoldAsync([digest], cancellationToken);

    /// <summary>Holds blobs, be they here or not, until the result is disposed.</summary>
    public async ValueTask<BlobHold> HoldAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken)
    {
        var hold = new BlobHold(this, digests);
        List<Task>? sweeps = null;
        lock (gate)
        {
            foreach (var digest in digests)
            {
                holds[digest] = holds.GetValueOrDefault(digest) + 1;
                if (claims.TryGetValue(digest, out var claim))
                {
                    (sweeps ??= []).Add(claim.Task);
                }
            }
        }

        if (sweeps is null)
        {
            return hold;
        }

        try
        {
            await Task.WhenAll(sweeps).WaitAsync(cancellationToken).ConfigureAwait(false);
            return hold;
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    /// <summary>Lets a sweep remove a blob; false where somebody holds it, or used it since <paramref name="cutoff"/>.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="cutoff">A time in minutes since 1970: a blob that was used in this minute or later stays.</param>
    public bool TryClaim(Digest digest, uint cutoff)
    {
        lock (gate)
        {
            if (holds.ContainsKey(digest) || claims.ContainsKey(digest))
            {
                return false;
            }

            claims[digest] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Increment(ref claimCount);
        }

        if (log.LastUsedOf(BlobKey.Of(digest)) is { } used && used >= cutoff)
        {
            EndClaim(digest);
            return false;
        }

        return true;
    }

    /// <summary>Ends a claim; whoever waited for it looks at what is there now.</summary>
    public void EndClaim(Digest digest)
    {
        TaskCompletionSource? ended;
        lock (gate)
        {
            if (claims.Remove(digest, out ended))
            {
                Interlocked.Decrement(ref claimCount);
            }
        }

        ended?.TrySetResult();
    }

    /// <summary>Ends a hold.</summary>
    internal void End(IReadOnlyCollection<Digest> digests)
    {
        foreach (var digest in digests)
        {
            log.Touch(digest);
        }

        lock (gate)
        {
            foreach (var digest in digests)
            {
                if (--holds[digest] is 0)
                {
                    holds.Remove(digest);
                }
            }
        }
    }
}
