using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Provenance.ArtifactStore.Folders;

namespace Provenance.Watcher.Journals;

/// <summary>A journal's segments as files of a folder, which one process at a time may write.</summary>
internal sealed class JournalFolder : IJournalStorage
{
    private const string Extension = ".journal";

    private readonly string folder;
    private readonly FileStream? turn;
    private readonly Dictionary<int, SafeFileHandle> handles = [];
    private readonly Lock access = new();

    private JournalFolder(string folder, FileStream? turn)
    {
        this.folder = folder;
        this.turn = turn;
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Segments =>
    [
        .. Directory.EnumerateFiles(folder, "*" + Extension)
            .Select(static path => int.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)
            .Where(static number => number > 0)
            .Order(),
    ];

    /// <summary>Opens the folder for writing, making it if missing.</summary>
    /// <exception cref="JournalException">Another process has it open.</exception>
    public static JournalFolder Open(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        try
        {
            return new JournalFolder(folder, new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new JournalException($"The journal {folder} is in use by another process. Give each watcher a data folder of its own.", e);
        }
    }

    /// <summary>Opens the folder to read what a watcher, running or not, has written.</summary>
    /// <exception cref="JournalException">There is no such folder.</exception>
    public static JournalFolder OpenForReading(string folder) => Directory.Exists(folder)
        ? new JournalFolder(folder, null)
        : throw new JournalException($"There is no journal {folder}. Name the data folder of a watcher with --data.");

    /// <inheritdoc/>
    public byte[] ReadAll(int segment)
    {
        using var file = new FileStream(PathOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] content = new byte[file.Length];
        int read = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return read == content.Length ? content : content[..read];
    }

    /// <inheritdoc/>
    public void Read(int segment, long offset, Span<byte> target)
    {
        var handle = HandleOf(segment);
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(handle, target, offset);
            if (read is 0)
            {
                throw new JournalException($"{PathOf(segment)} ends before what was written to it. Check the disk.");
            }

            target = target[read..];
            offset += read;
        }
    }

    /// <inheritdoc/>
    public async ValueTask CreateAsync(int segment, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await WriteAsync(segment, 0, content, cancellationToken).ConfigureAwait(false);
        DurableFolder.Flush(folder);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(int segment, long offset, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var handle = HandleOf(segment);
        await RandomAccess.WriteAsync(handle, content, offset, cancellationToken).ConfigureAwait(false);
        RandomAccess.FlushToDisk(handle);
    }

    /// <inheritdoc/>
    public void Truncate(int segment, long length)
    {
        // Were the cut-off bytes to come back after the next crash, they would stand before or behind newer records.
        var handle = HandleOf(segment);
        RandomAccess.SetLength(handle, length);
        RandomAccess.FlushToDisk(handle);
    }

    /// <inheritdoc/>
    public void Delete(int segment)
    {
        lock (access)
        {
            if (handles.Remove(segment, out var handle))
            {
                handle.Dispose();
            }
        }

        File.Delete(PathOf(segment));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (access)
        {
            foreach (var handle in handles.Values)
            {
                handle.Dispose();
            }

            handles.Clear();
        }

        turn?.Dispose();
    }

    private string PathOf(int segment) => Path.Combine(folder, segment.ToString("D8", CultureInfo.InvariantCulture) + Extension);

    private SafeFileHandle HandleOf(int segment)
    {
        lock (access)
        {
            if (!handles.TryGetValue(segment, out var handle))
            {
                handles[segment] = handle = turn is null
                    ? File.OpenHandle(PathOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
                    : File.OpenHandle(PathOf(segment), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            }

            return handle;
        }
    }
}
