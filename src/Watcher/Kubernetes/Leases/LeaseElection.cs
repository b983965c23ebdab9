using System.Text.Json;

namespace Provenance.Watcher.Kubernetes.Leases;

/// <summary>
/// Takes and keeps one coordination.k8s.io/v1 Lease. A candidate takes it when it is free, or when it has seen no change in it for as long
/// as the lease itself says; clocks of different machines are never compared.
/// </summary>
internal sealed class LeaseElection
{
    private const int TriesAtOnce = 3;

    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly IKubernetesApi api;
    private readonly LeaseOptions options;
    private readonly TimeProvider time;
    private readonly IApiObserver? observer;
    private readonly ObjectAddress address;
    private TaskCompletionSource<LeaseTerm> next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Tenure? tenure;
    private LeaseState? seen;
    private long seenAt;
    private byte[]? known;

    /// <summary>Prepares an election; nothing is sent yet.</summary>
    /// <param name="api">Serves the lease.</param>
    /// <param name="options">Which lease, and who we are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="observer">Is told of every look and renewal that failed.</param>
    /// <exception cref="ArgumentException">The times do not fit together.</exception>
    public LeaseElection(IKubernetesApi api, LeaseOptions options, TimeProvider time, IApiObserver? observer = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Duration < TimeSpan.FromSeconds(1) || options.Duration.Ticks % TimeSpan.TicksPerSecond is not 0
            || options.RenewDeadline >= options.Duration || options.RetryPeriod >= options.RenewDeadline || options.RetryPeriod <= TimeSpan.Zero || options.Identity.Length is 0)
        {
            throw new ArgumentException("A lease needs an identity, a duration of whole seconds, a shorter renew deadline, and a retry period shorter than that.", nameof(options));
        }

        this.api = api;
        this.options = options;
        this.time = time;
        this.observer = observer;
        address = new ObjectAddress { Group = "coordination.k8s.io", Version = "v1", Plural = "leases", Name = options.Name, Namespace = options.Namespace };
    }

    /// <summary>The term being held; null when there is none, also when <see cref="RunAsync"/> is stuck past the renew deadline.</summary>
    public LeaseTerm? Current
    {
        get
        {
            lock (gate)
            {
                return tenure is { IsOver: false } ? tenure.Term : null;
            }
        }
    }

    /// <summary>Waits for the term being held, or for the next one.</summary>
    public Task<LeaseTerm> WaitAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return tenure is { IsOver: false } ? Task.FromResult(tenure.Term) : next.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Takes the lease whenever it is free and renews it. When it is cancelled it ends the term, gives the lease back so that another can
    /// take it within a second, and returns: end the work of the term before.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);

                // A candidate looks twice as often as a holder renews, and not in step with the other candidates.
                var pause = Current is not null ? options.RetryPeriod : options.RetryPeriod * (0.4 + (Random.Shared.NextDouble() / 10));
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ReleaseAsync().ConfigureAwait(false);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var held = Held();
        using var patience = new CancellationTokenSource(options.RenewDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token, held?.Renewing ?? CancellationToken.None);
        try
        {
            for (int i = 0; i < TriesAtOnce && !await TryAsync(held, either.Token).ConfigureAwait(false); i++)
            {
                // Somebody wrote between our reading and our writing: perhaps only an annotation. Read again.
                known = null;
            }
        }
        catch (KubernetesApiException e)
        {
            known = null;
            observer?.Trouble("leases.coordination.k8s.io", e.Message);
        }
        catch (JsonException)
        {
            known = null;
            observer?.Trouble("leases.coordination.k8s.io", $"{address} is no Lease. Delete it or name another.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            known = null;
            observer?.Trouble("leases.coordination.k8s.io", $"{address} could not be read or written in {options.RenewDeadline.TotalSeconds:0.###} s.");
        }
    }

    /// <summary>Looks at the lease and takes or renews it where that is allowed; false where another writer was faster.</summary>
    private async Task<bool> TryAsync(Tenure? held, CancellationToken cancellationToken)
    {
        var lease = known is not null && held is not null ? known : await api.GetAsync(address, cancellationToken).ConfigureAwait(false);
        if (lease is null)
        {
            // Others may still remember the epoch of a lease that was deleted: it goes on from there.
            held?.End();
            return await WriteAsync(null, Mine(acquired: null, seen is null ? 0 : seen.Transitions + 1), null, cancellationToken).ConfigureAwait(false);
        }

        var state = LeaseState.Parse(lease);
        if (state != seen)
        {
            (seen, seenAt) = (state, time.GetTimestamp());
        }

        bool isMine = state.Holder == options.Identity;
        if (held is { IsOver: false } && isMine && state.Transitions == held.Term.Epoch)
        {
            return await WriteAsync(lease, Mine(state.Acquired, state.Transitions), held, cancellationToken).ConfigureAwait(false);
        }

        // A term of ours that was lost is waited for like anybody's: a write of which we saw no answer must not keep the others out.
        held?.End();
        bool isFree = state.Holder.Length is 0 || time.GetElapsedTime(seenAt) >= TimeSpan.FromSeconds(state.Seconds);
        return !isFree || await WriteAsync(lease, Mine(acquired: null, state.Transitions + 1), null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> WriteAsync(byte[]? lease, LeaseState state, Tenure? held, CancellationToken cancellationToken)
    {
        long sentAt = time.GetTimestamp();
        byte[] stored;
        try
        {
            stored = lease is null
                ? await api.CreateAsync(address with { Name = "" }, state.Create(options), cancellationToken).ConfigureAwait(false)
                : await api.ReplaceAsync(address, state.WriteInto(lease), cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.Status is 409)
        {
            return false;
        }

        known = stored;
        (seen, seenAt) = (LeaseState.Parse(stored), sentAt);
        if (held is null)
        {
            Begin(new Tenure(state.Transitions, sentAt, options, time));
        }
        else if (!held.Extend(sentAt))
        {
            held.End();
        }

        return true;
    }

    private LeaseState Mine(string? acquired, long epoch)
    {
        string now = KubernetesTime.Micro(time.GetUtcNow());
        return new LeaseState(options.Identity, (int)options.Duration.TotalSeconds, now, string.IsNullOrEmpty(acquired) ? now : acquired, epoch);
    }

    /// <summary>The term that is held; one whose time has run out, while this process was stopped perhaps, is ended here.</summary>
    private Tenure? Held()
    {
        Tenure? held;
        lock (gate)
        {
            held = tenure;
        }

        if (held is not { IsOver: true })
        {
            return held;
        }

        held.End();
        return null;
    }

    private void Begin(Tenure begun)
    {
        TaskCompletionSource<LeaseTerm> waiting;
        lock (gate)
        {
            tenure = begun;
            if (begun.IsOver)
            {
                return;
            }

            waiting = next;
            next = new TaskCompletionSource<LeaseTerm>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.TrySetResult(begun.Term);
    }

    private async Task ReleaseAsync()
    {
        if (Held() is not { } held)
        {
            return;
        }

        held.End();
        using var patience = new CancellationTokenSource(ReleasePatience, time);
        try
        {
            for (int i = 0; i < TriesAtOnce && !await TryReleaseAsync(held, patience.Token).ConfigureAwait(false); i++)
            {
                known = null;
            }
        }
        catch (Exception e) when (e is KubernetesApiException or OperationCanceledException or JsonException)
        {
            observer?.Trouble("leases.coordination.k8s.io", $"{address} was not given back and is free only when it runs out: {e.Message}");
        }
    }

    private async Task<bool> TryReleaseAsync(Tenure held, CancellationToken cancellationToken)
    {
        var lease = known ?? await api.GetAsync(address, cancellationToken).ConfigureAwait(false);
        if (lease is null || LeaseState.Parse(lease) is var state && (state.Holder != options.Identity || state.Transitions != held.Term.Epoch))
        {
            return true;
        }

        string now = KubernetesTime.Micro(time.GetUtcNow());
        try
        {
            await api.ReplaceAsync(address, (state with { Holder = "", Seconds = 1, Renewed = now, Acquired = now }).WriteInto(lease), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (KubernetesApiException e) when (e.Status is 409)
        {
            return false;
        }
    }
}
