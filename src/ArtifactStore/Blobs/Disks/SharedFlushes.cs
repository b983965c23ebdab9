using Provenance.ArtifactStore.Folders;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>Flushes folders: those who ask while a flush of the same folder runs share the next one.</summary>
internal sealed class SharedFlushes(IDisk disk)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (Task Running, Task? Next)> flushes = new(StringComparer.Ordinal);

    /// <summary>Ends when a flush that began after this call is over.</summary>
    public Task FlushAsync(string path)
    {
        lock (gate)
        {
            if (!flushes.TryGetValue(path, out var flush))
            {
                var running = Task.Run(() => Flush(path));
                flushes[path] = (running, null);
                return running;
            }

            if (flush.Next is null)
            {
                flush.Next = FlushAfterAsync(flush.Running, path);
                flushes[path] = flush;
            }

            return flush.Next;
        }
    }

    private async Task FlushAfterAsync(Task running, string path)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Flush(path);
    }

    private void Flush(string path)
    {
        try
        {
            disk.FlushFolder(path);
        }
        finally
        {
            lock (gate)
            {
                // Whoever waits for the next flush begins it by itself; it is the running one from here on.
                if (flushes[path].Next is { } next)
                {
                    flushes[path] = (next, null);
                }
                else
                {
                    flushes.Remove(path);
                }
            }
        }
    }
}
