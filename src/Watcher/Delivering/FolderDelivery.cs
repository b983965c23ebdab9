using Provenance.Attestor.Runs;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Folders;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Delivering;

/// <summary>
/// Delivers every run of a folder: those without children as they are read, then those with children, so that theirs are at hand.
/// When it follows the folder, it looks again for as long as it is let.
/// </summary>
public sealed class FolderDelivery(FolderRunSource folder, RunDelivery delivery, IDeliveryObserver observer, TimeProvider time)
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ChildPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RegistryPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    private readonly OwnedFiles ownedFiles = new();
    private readonly List<Parent> parents = [];
    private readonly Dictionary<string, RunFile> unreadable = new(StringComparer.Ordinal);
    private readonly List<(RunFile File, long Since)> retries = [];
    private readonly Lock turn = new();
    private TimeSpan lastLook;
    private bool folderIsAway;
    private int done;
    private int total;

    /// <summary>Looks through the folder once, and on until cancelled when it is to follow.</summary>
    /// <param name="follow">Whether to go on looking for new and changed files.</param>
    /// <param name="caughtUp">Is called when the first look is done.</param>
    /// <param name="cancellationToken">Ends the following.</param>
    public async Task RunAsync(bool follow, Func<Task> caughtUp, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caughtUp);
        await LookAsync(follow, cancellationToken).ConfigureAwait(false);
        await caughtUp().ConfigureAwait(false);
        while (follow)
        {
            // A look through a very large folder takes its time: nine parts of ten are left to others.
            var interval = TimeSpan.FromTicks(Math.Clamp(lastLook.Ticks * 10, ShortestInterval.Ticks, LongestInterval.Ticks));
            await Task.Delay(interval, time, cancellationToken).ConfigureAwait(false);
            foreach (var retry in retries.Where(r => time.GetElapsedTime(r.Since) > RetryInterval).ToList())
            {
                retries.Remove(retry);
                folder.Forget(retry.File);
            }

            await LookAsync(follow, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(bool follow, CancellationToken cancellationToken)
    {
        var files = Look(follow);
        if (files.Count > 0)
        {
            await DeliverAsync(ReadAsync(files, follow, cancellationToken), follow, cancellationToken).ConfigureAwait(false);
        }

        if (parents.Count > 0)
        {
            var waiting = parents.ToList();
            parents.Clear();
            total += files.Count > 0 ? waiting.Count : 0;
            await DeliverAsync(WithChildrenAsync(waiting, follow, cancellationToken), follow, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A folder that cannot be read is an error for who asks once; who follows it waits for it to come back, and is told.</summary>
    private IReadOnlyList<RunFile> Look(bool follow)
    {
        long started = time.GetTimestamp();
        try
        {
            var files = folder.Look();
            folderIsAway = false;
            return files;
        }
        catch (Exception e) when (follow && e is IOException or UnauthorizedAccessException)
        {
            if (!folderIsAway)
            {
                folderIsAway = true;
                observer.Report(Unreadable(folder.FullPath, $"{folder.FullPath} cannot be read: {e.Message} It is tried again until it can."));
            }

            return [];
        }
        finally
        {
            lastLook = time.GetElapsedTime(started);
        }
    }

    private async Task DeliverAsync(IAsyncEnumerable<Work> work, bool follow, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken };
        var patience = follow ? TimeSpan.MaxValue : RegistryPatience;
        await Parallel.ForEachAsync(
            work,
            parallel,
            async (item, cancel) =>
            {
                var collected = item.Collected ?? await delivery.CollectAsync(item.Document, ChildRuns.None, cancel).ConfigureAwait(false);
                var report = await delivery.DeliverAsync(collected, patience, cancel).ConfigureAwait(false);
                item.Memory?.Dispose();
                lock (turn)
                {
                    if (report.Outcome is DeliveryOutcome.Failed)
                    {
                        retries.Add((item.File, time.GetTimestamp()));
                    }

                    if (!collected.IsCompanion)
                    {
                        observer.Report(report);
                    }

                    observer.Progress(++done, Math.Max(done, total));
                }
            }).ConfigureAwait(false);
    }

    /// <summary>Reads files one after another; runs that have children are put aside until all files are read.</summary>
    private async IAsyncEnumerable<Work> ReadAsync(
        IReadOnlyList<RunFile> files,
        bool follow,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        total += files.Count;
        foreach (var file in files)
        {
            RunDocuments documents;
            try
            {
                documents = await FolderRunSource.ReadAsync(file, cancellationToken).ConfigureAwait(false);
            }
            catch (DocumentException e)
            {
                ReportUnreadable(file, e, follow);
                continue;
            }

            total += documents.Count - 1;
            foreach (var document in documents)
            {
                ownedFiles.Note(document, file);
                if (ChildRuns.MayOwn(document))
                {
                    total--;
                    parents.Add(new Parent(document, file, time.GetTimestamp()));
                }
                else
                {
                    yield return new Work(document, file, null) { Memory = documents.Count is 1 ? documents : null };
                }
            }
        }
    }

    private async IAsyncEnumerable<Work> WithChildrenAsync(
        IReadOnlyList<Parent> waiting,
        bool follow,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var parent in waiting)
        {
            var children = await ownedFiles.ReadAsync(parent.Document, cancellationToken).ConfigureAwait(false);
            var collected = await delivery.CollectAsync(parent.Document, children, cancellationToken).ConfigureAwait(false);
            if (follow && collected.AwaitsChildren && time.GetElapsedTime(parent.Since) < ChildPatience)
            {
                parents.Add(parent);
            }
            else
            {
                yield return new Work(parent.Document, parent.File, collected);
            }
        }
    }

    /// <summary>A file that cannot be read may be half written: it is reported when it stays as it is from one look to the next.</summary>
    private void ReportUnreadable(RunFile file, DocumentException problem, bool follow)
    {
        lock (turn)
        {
            if (follow && (!unreadable.TryGetValue(file.Path, out var before) || before != file))
            {
                unreadable[file.Path] = file;
                folder.Forget(file);
                total--;
                return;
            }

            observer.Report(Unreadable(file.Name, problem.Message));
            observer.Progress(++done, Math.Max(done, total));
        }
    }

    private static DeliveryReport Unreadable(string name, string problem) => new()
    {
        Run = name,
        Key = "",
        RunOutcome = new RunOutcome(RunState.NotDone, ""),
        Outcome = DeliveryOutcome.NotAttested,
        Problems = [new RunProblem(RunProblemCodes.Unreadable, problem)],
    };

    private sealed record Work(RunDocument Document, RunFile File, CollectedRun? Collected)
    {
        /// <summary>The memory of the document, where it is the only one of its file.</summary>
        public RunDocuments? Memory { get; init; }
    }

    private sealed record Parent(RunDocument Document, RunFile File, long Since);
}
