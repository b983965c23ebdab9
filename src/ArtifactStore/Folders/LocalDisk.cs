using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Provenance.ArtifactStore.Folders;

/// <summary>A disk of this machine.</summary>
/// <param name="durability">Whether flushes are passed on to it.</param>
internal sealed partial class LocalDisk(Durability durability) : IDisk
{
    private const int NotSupported = 95;
    private const uint OnlyStart = 2; // SYNC_FILE_RANGE_WRITE

    /// <inheritdoc/>
    public SafeFileHandle Create(string path, long size)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
            Reserve(file, size, path);
            return file;
        }
        catch (Exception exception)
        {
            file?.Dispose();
            if (file is not null)
            {
                File.Delete(path);
            }

            if (IsFull(exception) && exception is not StorageFullException)
            {
                throw new StorageFullException(path, exception);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public void Cut(SafeFileHandle file, long length, long size)
    {
        RandomAccess.SetLength(file, length);
        Reserve(file, size, "the log");
    }

    /// <inheritdoc/>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> content, long offset)
    {
        try
        {
            RandomAccess.Write(file, content, offset);
        }
        catch (IOException exception) when (IsFull(exception))
        {
            throw new StorageFullException("the data folder", exception);
        }
    }

    /// <inheritdoc/>
    public void Flush(SafeFileHandle file)
    {
        if (durability is Durability.None)
        {
            return;
        }

        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
        }
        else if (FlushContent(file) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw error is StorageFullException.NoSpaceLeft
                ? new StorageFullException("the data folder")
                : new IOException($"Cannot flush to disk: {Marshal.GetPInvokeErrorMessage(error)}. Check the disk.", error);
        }
    }

    /// <inheritdoc/>
    public void Hurry(SafeFileHandle file, long offset, long length)
    {
        if (durability is not Durability.None && OperatingSystem.IsLinux())
        {
            // What it answers does not matter: the flush at the end tells.
            _ = StartWriting(file, offset, length, OnlyStart);
        }
    }

    /// <inheritdoc/>
    public void FlushFolder(string path)
    {
        if (durability is not Durability.None)
        {
            DurableFolder.Flush(path);
        }
    }

    private static bool IsFull(Exception exception) => exception is IOException { HResult: StorageFullException.NoSpaceLeft };

    private static void Reserve(SafeFileHandle file, long size, string path)
    {
        if (RandomAccess.GetLength(file) >= size)
        {
            return;
        }

        if (OperatingSystem.IsLinux() && Allocate(file, mode: 0, offset: 0, size) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error is StorageFullException.NoSpaceLeft)
            {
                throw new StorageFullException(path);
            }

            if (error is not NotSupported)
            {
                throw new IOException($"Cannot reserve room for {path}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
            }
        }

        // File systems that cannot reserve room still give the file its size.
        if (RandomAccess.GetLength(file) < size)
        {
            RandomAccess.SetLength(file, size);
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FlushContent(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StartWriting(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);
}
