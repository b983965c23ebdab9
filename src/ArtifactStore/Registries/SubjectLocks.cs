using System.Security.Cryptography;
using System.Text;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>
/// Lets one writer at a time at a subject's fallback index: within this object by a lock a key, among the processes of this user on this
/// machine by a lock file. Writers elsewhere are not held off; their effect is found by reading back.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="folder">The folder of the lock files; null to do without.</param>
internal sealed class SubjectLocks(TimeProvider time, string? folder)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Where the lock files of this user are: among what lasts until the machine stops, else in the user's own data.</summary>
    public static string? FolderOfUser()
    {
        string root = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Path.IsPathRooted(runtime)
            ? runtime
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return root.Length > 0 ? Path.Combine(root, "provenance", "locks") : null;
    }

    /// <summary>Waits for the lock; dispose the result to release it.</summary>
    /// <exception cref="RegistryException">Another process has held the lock for a minute.</exception>
    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellationToken)
    {
        var entry = Rent(key);
        try
        {
            await entry.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Return(key, entry);
            throw;
        }

        try
        {
            return new Holder(this, key, entry, await LockFileAsync(key, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            entry.Turn.Release();
            Return(key, entry);
            throw;
        }
    }

    /// <summary>
    /// The folder, if nobody else can write there. In a shared one, such as <c>/tmp</c>, another user could put links in the place of our
    /// files, or hold our locks.
    /// </summary>
    private string? OwnFolder()
    {
        if (folder is null)
        {
            return null;
        }

        try
        {
            if (OperatingSystem.IsWindows())
            {
                return Directory.CreateDirectory(folder).FullName;
            }

            var own = Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return own.LinkTarget is null && (own.UnixFileMode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0 ? own.FullName : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A read-only container has no such folder, and nobody with whom it could share one.
            return null;
        }
    }

    private async Task<FileStream?> LockFileAsync(string key, CancellationToken cancellationToken)
    {
        if (OwnFolder() is not { } own)
        {
            return null;
        }

        // 256 files for all subjects: files that are never removed need not be raced for.
        string path = Path.Combine(own, $"{Digest.Of(Encoding.UTF8.GetBytes(key)).Hex[..2]}.lock");
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && time.GetElapsedTime(start) < LongestWait)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(10, 50)), time, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException exception) when (File.Exists(path))
            {
                throw new RegistryException(
                    "UNAVAILABLE", $"Cannot update the referrers of {key}: another process holds {path}. Try again when it has finished.", isTransient: true, exception);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    private Entry Rent(string key)
    {
        lock (entries)
        {
            if (!entries.TryGetValue(key, out var entry))
            {
                entries[key] = entry = new Entry();
            }

            entry.Users++;
            return entry;
        }
    }

    private void Return(string key, Entry entry)
    {
        lock (entries)
        {
            if (--entry.Users == 0)
            {
                entries.Remove(key);
                entry.Turn.Dispose();
            }
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Holder(SubjectLocks locks, string key, Entry entry, FileStream? file) : IDisposable
    {
        public void Dispose()
        {
            file?.Dispose();
            entry.Turn.Release();
            locks.Return(key, entry);
        }
    }
}
