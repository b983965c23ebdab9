using System.Diagnostics.CodeAnalysis;

namespace Provenance.Watcher.Kubernetes.Leases;

/// <summary>
/// A term from our side. It ends by our own monotonic clock, whatever the loop that renews it is doing, and it ends before the lease
/// does for anybody else: it counts from the moment at which the renewal was sent. The wall clock can only shorten it: the monotonic one
/// stands still while a virtual machine does.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The work of the term may use the token for as long as it likes; the timer ends with the term.")]
internal sealed class Tenure
{
    private readonly LeaseOptions options;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource renewing = new();
    private readonly CancellationTokenSource expiry;
    private long renewedAt;
    private long renewedAtWall;

    public Tenure(long epoch, long sentAt, LeaseOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        renewedAt = sentAt;
        renewedAtWall = WallOf(sentAt);
        Term = new LeaseTerm(epoch, lost.Token);
        expiry = new CancellationTokenSource(Remaining(), time);
        expiry.Token.UnsafeRegister(static self => ((Tenure)self!).End(), this);
    }

    public LeaseTerm Term { get; }

    public bool IsOver => lost.IsCancellationRequested || Remaining() <= TimeSpan.Zero;

    /// <summary>Ends a renewal that is under way when the term does.</summary>
    public CancellationToken Renewing => renewing.Token;

    /// <summary>The lease was renewed by a request that was sent at a moment; false where that came too late.</summary>
    public bool Extend(long sentAt)
    {
        if (IsOver)
        {
            return false;
        }

        Interlocked.Exchange(ref renewedAt, sentAt);
        Interlocked.Exchange(ref renewedAtWall, WallOf(sentAt));
        expiry.CancelAfter(Remaining());
        return !IsOver;
    }

    /// <summary>Ends the term: first the renewal that is under way, so that it cannot succeed after the loss was announced.</summary>
    public void End()
    {
        renewing.Cancel();
        lost.Cancel();
    }

    private TimeSpan Remaining()
    {
        long elapsed = Math.Max(
            time.GetElapsedTime(Interlocked.Read(ref renewedAt)).Ticks,
            time.GetUtcNow().UtcTicks - Interlocked.Read(ref renewedAtWall));
        var remaining = options.RenewDeadline - TimeSpan.FromTicks(elapsed);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }

    private long WallOf(long timestamp) => time.GetUtcNow().UtcTicks - time.GetElapsedTime(timestamp).Ticks;
}
