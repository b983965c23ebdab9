using System.Globalization;
using System.Security.Cryptography;

namespace Provenance.Attestor.Tuf;

/// <summary>
/// What is kept of one repository, in a folder for its owner only: roots, metadata and targets, each written whole or not at all. What
/// is read from it is verified like what comes from the network.
/// </summary>
public sealed class TufCache
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // What .NET gives as the result code where somebody else holds a lock: EAGAIN on Linux, EWOULDBLOCK elsewhere, and Windows' own.
    private const int LockedOnLinux = 11;
    private const int LockedOnUnix = 35;
    private const int LockedOnWindows = unchecked((int)0x80070020);

    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(100);

    /// <summary>A cache in a folder, which need not exist.</summary>
    public TufCache(string folder) => Folder = Path.GetFullPath(folder);

    /// <summary>The absolute path.</summary>
    public string Folder { get; }

    /// <summary>The root that trust begins with, where one was given by file.</summary>
    internal string FirstRoot => Path.Combine(Folder, "first.root.json");

    private string Mirror => Path.Combine(Folder, "mirror");

    private string Targets => Path.Combine(Folder, "targets");

    /// <summary>Refuses a cache that others than its user and root may fill: who runs as root with somebody's environment would trust what he trusts.</summary>
    /// <exception cref="TufException"><c>TUF_CACHE</c>.</exception>
    internal void RefuseStrangers()
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(Folder))
        {
            return;
        }

        if (FolderOwner.Find(Folder) is { } owner && !FolderOwner.IsTrusted(owner, FolderOwner.Self))
        {
            throw new TufException(
                TufException.Cache, $"The cache {Folder} belongs to the user {owner}, who could fill it with what he likes; this is the user {FolderOwner.Self}. Name a folder of your own by XDG_CACHE_HOME, or by --data.");
        }

        if (File.GetUnixFileMode(Folder).HasFlag(UnixFileMode.OtherWrite))
        {
            throw new TufException(TufException.Cache, $"The cache {Folder} can be written by everybody. Run: chmod go-w {Folder}");
        }
    }

    /// <summary>Where the repository is from which the cache was filled; null where it was not.</summary>
    public string? FindMirror() => Read(Mirror, 4096) is { } text ? System.Text.Encoding.UTF8.GetString(text).Trim() : null;

    /// <summary>Where a root is kept.</summary>
    internal string RootPath(long version) => Path.Combine(Folder, "roots", string.Create(CultureInfo.InvariantCulture, $"{version}.root.json"));

    /// <summary>Where the newest file of a role is kept.</summary>
    internal string RolePath(string fileName) => Path.Combine(Folder, fileName);

    /// <summary>Where a target is kept: under its hash, so that an earlier one stays whole for those who are reading it.</summary>
    internal string TargetPath(string name, ListedFile listed) => Path.Combine(Targets, $"{listed.Prefix}.{name}");

    /// <summary>Reads a file of the cache; null where there is none, or where it is larger than it may be and so not one of ours.</summary>
    /// <exception cref="TufException"><c>TUF_CACHE</c>.</exception>
    internal static byte[]? Read(string path, int maximumSize)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (file.Length > maximumSize)
            {
                return null;
            }

            byte[] content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TufException(TufException.Cache, $"The file {path} of the cache cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes a file of the cache: a new one, flushed, then renamed over the old one.</summary>
    /// <exception cref="TufException"><c>TUF_CACHE</c>.</exception>
    internal void Write(string path, ReadOnlySpan<byte> content)
    {
        string temporary = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.tmp";
        try
        {
            MakeFolder(Folder);
            MakeFolder(Path.GetDirectoryName(path)!);
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(handle, content, fileOffset: 0);
                RandomAccess.FlushToDisk(handle);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Delete(temporary);
            throw new TufException(TufException.Cache, $"The file {path} of the cache cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Notes where the repository is.</summary>
    internal void WriteMirror(Uri address) => Write(Mirror, System.Text.Encoding.UTF8.GetBytes(address.AbsoluteUri + "\n"));

    /// <summary>Removes a file, where there is one.</summary>
    internal static void Delete(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>Removes the targets that are none of these, and what writers left behind that were killed. The cache must be locked.</summary>
    internal void DeleteTargetsExcept(IReadOnlySet<string> paths)
    {
        foreach (string path in Directory.Exists(Targets) ? Directory.GetFiles(Targets) : [])
        {
            if (!paths.Contains(path))
            {
                File.Delete(path);
            }
        }

        // Not through links: those lead to files of others.
        var within = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string path in Directory.EnumerateFiles(Folder, "*.tmp", within).ToList())
        {
            File.Delete(path);
        }
    }

    /// <summary>Waits until no other process updates the cache, and keeps others from it until the result is disposed.</summary>
    /// <exception cref="TufException"><c>TUF_CACHE</c>: another process holds it for a minute, or the folder cannot be written.</exception>
    internal async Task<IDisposable> LockAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            try
            {
                MakeFolder(Folder);
                RefuseStrangers();
                return new FileStream(Path.Combine(Folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.HResult is LockedOnLinux or LockedOnUnix or LockedOnWindows)
            {
                if (time.GetElapsedTime(start) > LockTimeout)
                {
                    throw new TufException(TufException.Cache, $"The cache {Folder} is being updated by another process, for more than {LockTimeout.TotalSeconds} seconds. Try again later.", e);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new TufException(TufException.Cache, $"The cache {Folder} cannot be written: {e.Message}", e);
            }

            await Task.Delay(LockPause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }
}
