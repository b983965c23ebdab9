namespace Provenance.Watcher.Journals;

/// <summary>Those who wait until records are on disk, or until there is room for more. Not thread-safe.</summary>
internal sealed class CommitWaiters(bool continueInline)
{
    private readonly List<(long Sequence, TaskCompletionSource Done)> commits = [];
    private TaskCompletionSource? writable;

    /// <summary>Ends when everything up to the sequence is on disk.</summary>
    public Task For(long sequence)
    {
        var done = NewSource();
        commits.Add((sequence, done));
        return done.Task;
    }

    /// <summary>Ends when there is room.</summary>
    public Task ForRoom() => (writable ??= NewSource()).Task;

    /// <summary>Takes those whose waiting is over, in the order in which they came; to be ended outside any lock.</summary>
    public IReadOnlyList<TaskCompletionSource> TakeUpTo(long durable)
    {
        var done = new List<TaskCompletionSource>();
        commits.RemoveAll(c =>
        {
            bool isOver = c.Sequence <= durable;
            if (isOver)
            {
                done.Add(c.Done);
            }

            return isOver;
        });
        if (writable is not null)
        {
            done.Add(writable);
            writable = null;
        }

        return done;
    }

    private TaskCompletionSource NewSource() => new(continueInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
}
