using System.Runtime.InteropServices;

namespace Provenance.ArtifactStore.Folders;

/// <summary>Folders whose names and entries are there after a crash.</summary>
public static partial class DurableFolder
{
    private const int OpenForReading = 0;

    /// <summary>Creates a folder and those above it, each durable in its parent.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (Path.GetDirectoryName(path) is { } parent)
        {
            Create(parent);
            Directory.CreateDirectory(path);
            Flush(parent);
        }
    }

    /// <summary>Makes the names in a folder durable. Windows has no such call: NTFS journals them.</summary>
    /// <exception cref="IOException">The folder cannot be flushed.</exception>
    public static void Flush(string path)
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
