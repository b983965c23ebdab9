using System.Globalization;
using System.Text;

namespace Provenance.ArtifactStore.Folders;

/// <summary>
/// The folder that holds everything an artifact store keeps, owned by this process alone until it is disposed.
/// A file <c>format</c> names the version of the layout; unfinished writes of an earlier process are removed when the folder is opened.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const int FormatVersion = 2;
    private const int FirstVersion = 1;

    // What .NET gives as the result code where somebody else holds a lock: EAGAIN on Linux, EWOULDBLOCK elsewhere, and Windows' own.
    private const int LockedOnLinux = 11;
    private const int LockedOnUnix = 35;
    private const int LockedOnWindows = unchecked((int)0x80070020);

    private readonly FileStream ownership;

    private DataFolder(string path, FileStream ownership)
    {
        Path = path;
        this.ownership = ownership;
    }

    /// <summary>Whether the folder has format 1, one file for everything, and must be brought to the present one before it is used.</summary>
    public bool IsOutdated { get; private set; }

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>Large blobs: <c>blobs/algorithm/first two characters/hex</c>.</summary>
    public string Blobs => System.IO.Path.Combine(Path, "blobs");

    /// <summary>The log: small blobs, keys, and what is known of large blobs.</summary>
    public string Log => System.IO.Path.Combine(Path, "log");

    /// <summary>Files of blobs whose bytes were found not to hash to their name.</summary>
    public string Quarantine => System.IO.Path.Combine(Path, "quarantine");

    /// <summary>What each repository of a folder of format 1 holds: links, tags and referrers.</summary>
    public string Repositories => System.IO.Path.Combine(Path, "repositories");

    /// <summary>Blob uploads that clients have begun; they survive a restart.</summary>
    public string Uploads => System.IO.Path.Combine(Path, "uploads");

    private string FormatFile => System.IO.Path.Combine(Path, "format");

    private string Temporary => System.IO.Path.Combine(Path, "tmp");

    /// <summary>Takes possession of the folder, creating it where it does not exist.</summary>
    /// <exception cref="DataFolderException">Another process owns the folder, its layout is unknown, or it cannot be written to.</exception>
    public static DataFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string root = System.IO.Path.GetFullPath(path);
        FileStream? ownership = null;
        try
        {
            DurableFolder.Create(root);
            ownership = TakeOwnership(root);
            var folder = new DataFolder(root, ownership);
            folder.Prepare();
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ownership?.Dispose();
            throw new DataFolderException($"Cannot use data folder {root}: {exception.Message.TrimEnd('.')}. Check that it is a folder and is writable.", exception);
        }
        catch
        {
            ownership?.Dispose();
            throw;
        }
    }

    /// <summary>A fresh path on the same file system, from which a finished file can be renamed into place.</summary>
    public string NewTemporaryPath() => System.IO.Path.Combine(Temporary, Guid.NewGuid().ToString("N"));

    /// <summary>Says that the folder has the present format, whatever it had before.</summary>
    public void Upgrade()
    {
        DurableFile.Write(this, FormatFile, Encoding.ASCII.GetBytes($"{FormatVersion.ToString(CultureInfo.InvariantCulture)}\n"));
        IsOutdated = false;
    }

    /// <inheritdoc/>
    public void Dispose() => ownership.Dispose();

    private static FileStream TakeOwnership(string root)
    {
        string file = System.IO.Path.Combine(root, "lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult is LockedOnLinux or LockedOnUnix or LockedOnWindows)
        {
            throw new DataFolderException(
                $"Data folder {root} is in use by another process. Stop that process, or give this one a folder of its own.", exception);
        }
    }

    private void Prepare()
    {
        bool isNew = !IsFormatKnown();
        if (Directory.Exists(Temporary))
        {
            RequireOwn(isNew);

            // Nobody else can be writing: whatever stands here belongs to a process that died.
            Directory.Delete(Temporary, recursive: true);
        }

        Directory.CreateDirectory(Temporary);
        if (isNew)
        {
            Upgrade();
        }

        DurableFolder.Create(Blobs);
        DurableFolder.Create(Uploads);
    }

    /// <summary>Without a format, the folder may be anybody's: only what a first opening can have left behind is removed.</summary>
    private void RequireOwn(bool isNew)
    {
        if (isNew && Directory.EnumerateFileSystemEntries(Temporary).Any(static entry => Directory.Exists(entry) || !Guid.TryParseExact(System.IO.Path.GetFileName(entry), "N", out _)))
        {
            throw new DataFolderException($"Folder {Path} is no data folder, and its folder tmp holds files of others, which would be deleted. Name an empty folder.");
        }
    }

    /// <summary>Whether the folder has a format that this version knows; false for a new folder.</summary>
    private bool IsFormatKnown()
    {
        if (File.Exists(FormatFile))
        {
            string found = File.ReadAllText(FormatFile).Trim();
            IsOutdated = found == FirstVersion.ToString(CultureInfo.InvariantCulture);
            if (!IsOutdated && found != FormatVersion.ToString(CultureInfo.InvariantCulture))
            {
                throw new DataFolderException(
                    $"Data folder {Path} has format \"{found[..Math.Min(found.Length, 20)]}\"; this version reads formats "
                        + $"{FirstVersion} and {FormatVersion} only. "
                    + "Run the version that wrote it, or start with an empty folder.");
            }

            return true;
        }

        if (Directory.Exists(Blobs) || Directory.Exists(Repositories) || Directory.Exists(Log))
        {
            throw new DataFolderException(
                $"Data folder {Path} holds blobs or repositories but no file \"format\". Restore that file, or start with an empty folder.");
        }
        return false;
    }
}
