using System.Text;
using System.Text.Json;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Observing;

/// <summary>
/// Looks at every object that an API server names: those that are certainly not over are dropped without being built, those that are known
/// are passed over, and the others are taken in once. It stops reading while the journal cannot take more.
/// </summary>
internal sealed class RunObserver : IObjectHandler
{
    private static readonly TimeSpan TroubleInterval = TimeSpan.FromSeconds(1);

    private readonly RunLedger ledger;
    private readonly RunIntake intake;
    private readonly IRunGuard? guard;
    private readonly IRunWatchObserver observer;
    private readonly TimeProvider time;
    private readonly Dictionary<RunResource, FollowedResource> followed = [];
    private readonly Lock gate = new();
    private readonly HashSet<RunKey> unseen;

    /// <summary>An observer of the runs of some kinds in some namespaces; none stands for all.</summary>
    public RunObserver(
        RunLedger ledger,
        RunIntake intake,
        IReadOnlyList<IRunKind> kinds,
        IReadOnlyList<string> namespaces,
        IRunGuard? guard,
        IRunWatchObserver observer,
        TimeProvider time)
    {
        unseen = [.. ledger.SettledKeys];
        (this.ledger, this.intake, this.guard, this.observer, this.time) = (ledger, intake, guard, observer, time);
        foreach (var kind in kinds)
        {
            foreach (var resource in kind.Resources)
            {
                followed[resource] = new FollowedResource(kind, namespaces);
            }
        }

        foreach (var companion in kinds.SelectMany(static k => k.Companions))
        {
            // A resource that is both a run and a companion, such as a Job of a training run, is followed once, as a run.
            if (!followed.TryGetValue(companion, out var state))
            {
                followed[companion] = state = new FollowedResource(null, namespaces);
            }

            state.IsCompanion = true;
        }
    }

    /// <summary>Everything that is to be followed.</summary>
    public IReadOnlyCollection<RunResource> Resources => followed.Keys;

    /// <summary>The resources that have not been named in full yet.</summary>
    public IReadOnlyList<string> Unlisted => [.. followed.Where(static f => !f.Value.HasListed).Select(static f => f.Key.ToString())];

    /// <summary>A resource that the server does not have holds nobody up.</summary>
    public void Unserved(string resource)
    {
        foreach (var (key, value) in followed)
        {
            if (key.ToString() == resource)
            {
                value.ListedAll();
            }
        }
    }

    public ValueTask ListStartedAsync(ServedResource resource, ListCause cause, CancellationToken cancellationToken)
    {
        followed[resource.Resource].In(resource.Namespace).Live.ListStarted();
        return ValueTask.CompletedTask;
    }

    public ValueTask ListCompletedAsync(ServedResource resource, CancellationToken cancellationToken)
    {
        var state = followed[resource.Resource].In(resource.Namespace);
        state.HasListed = true;
        observer.ListCompleted(resource.Resource.ToString());
        ForgetUnseen();
        if (state.Live.ListCompleted() is > 0 and var missed)
        {
            observer.Missed(resource.Resource.ToString(), missed);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask ObserveAsync(ServedResource resource, ObjectChange change, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        while (ledger.Trouble is not null)
        {
            // The API server keeps what we do not read.
            await Task.Delay(TroubleInterval, time, cancellationToken).ConfigureAwait(false);
        }

        await ledger.WhenWritableAsync(cancellationToken).ConfigureAwait(false);
        Finding finding;
        try
        {
            finding = Look(resource, change, json.Span);
        }
        catch (JsonException e)
        {
            observer.Unreadable(resource.Resource.ToString(), e.Message);
            return;
        }

        try
        {
            if (finding.OwnerUid is { } owner)
            {
                await intake.CompanionCameAsync(owner, cancellationToken).ConfigureAwait(false);
            }

            if (finding.Evidence is { } evidence)
            {
                await intake.TakeAsync(finding.Key, followed[resource.Resource].Kind!, resource, evidence, new Sighting(change is ObjectChange.Listed, finding.IsGone), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not (OperationCanceledException or IOException or OutOfMemoryException))
        {
            // One poisonous object must not end the following of all others.
            observer.Unreadable(resource.Resource.ToString(), $"{e.GetType().Name}: {e.Message}");
        }

        if (finding.Guarded is { } guarded)
        {
            await GuardAsync(guarded, finding.Key, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A run is let go once everything that was taken from it is on disk.</summary>
    private async ValueTask GuardAsync(GuardedRun run, RunKey key, CancellationToken cancellationToken)
    {
        if (run.IsOver)
        {
            if (ledger.IsKnown(key))
            {
                await ledger.CommitAsync(cancellationToken).ConfigureAwait(false);
                guard!.Release(run.Address, run.Uid);
            }
        }
        else if (run.IsHeld)
        {
            guard!.ReleaseLater(run.Address, run.Uid);
        }
        else
        {
            guard!.Hold(run.Address, run.Uid);
        }
    }

    /// <summary>What there is to do about a run's finalizer; null where there is nothing.</summary>
    private GuardedRun? LookAtGuard(ServedResource resource, ObjectChange change, ref readonly ObjectHead head, bool isOver)
    {
        if (guard is null || change is ObjectChange.Deleted)
        {
            return null;
        }

        bool isHeld = head.HasFinalizers && head.HasFinalizer("provenance.dev/guard"u8);
        bool concernsUs = isOver ? isHeld : isHeld ? head.IsDeleting : guard.Holds && !head.IsDeleting;
        return !concernsUs ? null : new GuardedRun(
            new ObjectAddress
            {
                Group = resource.Resource.Group,
                Version = resource.Version,
                Plural = resource.Resource.Plural,
                Namespace = Encoding.UTF8.GetString(head.Namespace),
                Name = Encoding.UTF8.GetString(head.Name),
            },
            Encoding.UTF8.GetString(head.Uid),
            isOver,
            isHeld);
    }

    /// <summary>Settled runs whose objects went while nobody watched will not be seen again.</summary>
    private void ForgetUnseen()
    {
        lock (gate)
        {
            if (unseen.Count > 0 && Unlisted.Count is 0)
            {
                foreach (var key in unseen)
                {
                    ledger.Forget(key);
                }

                unseen.Clear();
            }
        }
    }

    /// <summary>What there is to do about an object; nothing is built unless there is something.</summary>
    private Finding Look(ServedResource resource, ObjectChange change, ReadOnlySpan<byte> json)
    {
        var state = followed[resource.Resource];
        var live = state.In(resource.Namespace).Live;
        var head = ObjectHead.Begin(json);
        if (state.Kind is { MayReopen: false } && PassOver(resource, live, change, in head) is { } known)
        {
            return known;
        }

        head.Complete();
        var uid = RunKey.Of(head.Uid, default);
        if (!live.Named(uid, change is ObjectChange.Listed))
        {
            return default;
        }

        if (state.Kind is not { } kind)
        {
            return LookAtCompanion(resource, change, json, in head);
        }

        if (!kind.MayBeOver(in head))
        {
            intake.GoesOn(uid);
            if (state.IsCompanion && !head.OwnerUid(0).IsEmpty)
            {
                return LookAtCompanion(resource, change, json, in head);
            }

            if (change is ObjectChange.Deleted)
            {
                live.Ended(uid);
            }
            else
            {
                live.GoesOn(uid);
            }

            return new Finding(default, null, null, false, LookAtGuard(resource, change, in head, isOver: false));
        }

        live.Ended(uid);
        var key = kind.MayReopen ? RunKey.Of(head.Uid, head.FinishedAt) : uid;
        bool isGone = change is ObjectChange.Deleted || head.IsDeleting;
        if (ledger.IsKnown(key))
        {
            SeeKnown(key, change);
            return new Finding(key, null, null, isGone, LookAtGuard(resource, change, in head, isOver: true));
        }

        byte[] evidence = Evidence.Of(resource, json, in head);
        return new Finding(key, evidence, Keep(in head, evidence), isGone, LookAtGuard(resource, change, in head, isOver: true));
    }

    /// <summary>What there is to do about a run that is over for good, where it is known: nothing but its metadata is read for that.</summary>
    private Finding? PassOver(ServedResource resource, LiveRuns live, ObjectChange change, ref readonly ObjectHead head)
    {
        var key = RunKey.Of(head.Uid, default);
        if (head.Uid.IsEmpty || !ledger.IsKnown(key))
        {
            return null;
        }

        if (live.Named(key, change is ObjectChange.Listed))
        {
            live.Ended(key);
            SeeKnown(key, change);
            return new Finding(key, null, null, IsGone: false, LookAtGuard(resource, change, in head, isOver: true));
        }

        return default(Finding);
    }

    private void SeeKnown(RunKey key, ObjectChange change)
    {
        lock (gate)
        {
            unseen.Remove(key);
        }

        if (change is ObjectChange.Deleted)
        {
            ledger.Forget(key);
        }
    }

    /// <summary>A Pod says something once it is over, or goes.</summary>
    private Finding LookAtCompanion(ServedResource resource, ObjectChange change, ReadOnlySpan<byte> json, ref readonly ObjectHead head)
    {
        bool isPod = resource.Resource.Group.Length is 0 && resource.Resource.Plural is "pods";
        bool isOver = !isPod || change is ObjectChange.Deleted || head.Phase.SequenceEqual("Succeeded"u8) || head.Phase.SequenceEqual("Failed"u8);
        return isOver && head.OwnerUid(0).Length > 0 ? new Finding(default, null, Keep(in head, Evidence.Of(resource, json, in head)), false, null) : default;
    }

    /// <summary>Keeps an object for the run that owns it, unless that has its statement already.</summary>
    private string? Keep(ref readonly ObjectHead head, byte[] evidence)
    {
        var owner = head.OwnerUid(0);
        if (owner.IsEmpty || owner.Length > byte.MaxValue)
        {
            return null;
        }

        var key = RunKey.Of(owner, default);
        if (ledger.IsDecided(key))
        {
            return null;
        }

        string uid = Encoding.UTF8.GetString(owner);
        ledger.Companions.Keep(uid, evidence);
        return uid;
    }

    private readonly record struct Finding(RunKey Key, byte[]? Evidence, string? OwnerUid, bool IsGone, GuardedRun? Guarded);
}
