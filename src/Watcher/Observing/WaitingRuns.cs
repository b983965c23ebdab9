namespace Provenance.Watcher.Observing;

/// <summary>The runs that wait for children, by every object whose children they read.</summary>
internal sealed class WaitingRuns
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, WaitingRun> byUid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<WaitingRun>> byLine = new(StringComparer.Ordinal);

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return byUid.Count;
            }
        }
    }

    /// <summary>A run waits from now on, in the place of an earlier attempt of it.</summary>
    public void Add(WaitingRun run)
    {
        lock (gate)
        {
            if (byUid.TryGetValue(run.Uid, out var earlier))
            {
                RemoveLine(earlier);
            }

            byUid[run.Uid] = run;
            AddTo(run.Uid, run);
        }
    }

    /// <summary>Whether the run waits still.</summary>
    public bool Contains(WaitingRun run)
    {
        lock (gate)
        {
            return ReferenceEquals(byUid.GetValueOrDefault(run.Uid), run);
        }
    }

    /// <summary>The run waits no more.</summary>
    /// <returns>Whether it did.</returns>
    public bool Remove(WaitingRun run)
    {
        lock (gate)
        {
            if (!ReferenceEquals(byUid.GetValueOrDefault(run.Uid), run))
            {
                return false;
            }

            byUid.Remove(run.Uid);
            RemoveLine(run);
            return true;
        }
    }

    /// <summary>Remembers descendants whose children matter to a run that waits.</summary>
    /// <returns>Whether there are new ones: their children may have come before they were known.</returns>
    public bool Extend(WaitingRun run, IEnumerable<string> uids)
    {
        lock (gate)
        {
            if (!ReferenceEquals(byUid.GetValueOrDefault(run.Uid), run))
            {
                return false;
            }

            int before = run.Line.Count;
            foreach (string uid in uids.Where(run.Line.Add))
            {
                AddTo(uid, run);
            }

            return run.Line.Count > before;
        }
    }

    /// <summary>The runs to which a child of this object matters.</summary>
    public IReadOnlyList<WaitingRun> ReadingFrom(string owner)
    {
        lock (gate)
        {
            return byLine.TryGetValue(owner, out var runs) ? [.. runs] : [];
        }
    }

    private void AddTo(string uid, WaitingRun run)
    {
        if (!byLine.TryGetValue(uid, out var runs))
        {
            byLine[uid] = runs = [];
        }

        runs.Add(run);
    }

    private void RemoveLine(WaitingRun run)
    {
        foreach (string uid in run.Line)
        {
            if (byLine.TryGetValue(uid, out var runs) && runs.Remove(run) && runs.Count is 0)
            {
                byLine.Remove(uid);
            }
        }
    }
}
