using System.Runtime.InteropServices;

namespace Provenance.ArtifactStore.Folders;

/// <summary>Writes files so that after a crash each is either wholly there or not there at all, and stays once a call has returned.</summary>
internal static partial class DurableFile
{
    private const int OpenForReading = 0;

    /// <summary>Writes or replaces a file: temporary file, flush, rename, flush of the folder.</summary>
    public static void Write(DataFolder folder, string path, ReadOnlySpan<byte> content)
    {
        string temporary = folder.NewTemporaryPath();
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(handle, content, fileOffset: 0);
                RandomAccess.FlushToDisk(handle);
            }

            Publish(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Renames a flushed file into place and makes the name durable.</summary>
    public static void Publish(string flushed, string path)
    {
        string parent = Path.GetDirectoryName(path)!;
        CreateFolder(parent);
        File.Move(flushed, path, overwrite: true);
        FlushFolder(parent);
    }

    /// <summary>Creates an empty file whose name is all that it says. It has no content that could be torn, so no rename is needed.</summary>
    public static void Mark(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        string parent = Path.GetDirectoryName(path)!;
        CreateFolder(parent);
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete).Dispose();
        FlushFolder(parent);
    }

    /// <summary>Removes a file for good; false where there was none.</summary>
    public static bool Delete(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        FlushFolder(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>Creates a folder and those above it, each durable in its parent.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (Path.GetDirectoryName(path) is { } parent)
        {
            CreateFolder(parent);
            Directory.CreateDirectory(path);
            FlushFolder(parent);
        }
    }

    /// <summary>Makes the names in a folder durable. Windows has no such call: NTFS journals them.</summary>
    private static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = OpenDescriptor(path, OpenForReading);
        if (descriptor < 0)
        {
            throw Failed("open", path);
        }

        try
        {
            if (FlushDescriptor(descriptor) != 0)
            {
                throw Failed("flush", path);
            }
        }
        finally
        {
            _ = CloseDescriptor(descriptor);
        }
    }

    private static IOException Failed(string verb, string path) =>
        new($"Cannot {verb} folder {path}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FlushDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseDescriptor(int descriptor);
}
