using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Provenance.ArtifactStore.Tests.Logs.PowerLoss;

/// <summary>A file of which some writes were never flushed. It is held open, so that it can be told apart from later files of its name.</summary>
internal sealed class LosingFile : IDisposable
{
    private const int Sector = 512;

    private readonly SafeFileHandle handle;
    private readonly List<(byte[]? Content, long Offset, long Size)> pending = [];
    private byte[] durable;

    private LosingFile(SafeFileHandle handle)
    {
        this.handle = handle;
        durable = Present();
    }

    /// <summary>Where the file is now; a path that does not exist once it was deleted.</summary>
    public string Path => new FileInfo(Link(handle)).LinkTarget!;

    /// <summary>Opens a file without asking who else has it; null where there is none.</summary>
    public static LosingFile? TryOpen(string path)
    {
        var handle = new SafeFileHandle(Open(path, flags: 0), ownsHandle: true);
        if (handle.IsInvalid)
        {
            handle.Dispose();
            return null;
        }

        return new LosingFile(handle);
    }

    public static string Link(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    public void Wrote(ReadOnlySpan<byte> content, long offset) => pending.Add((content.ToArray(), offset, 0));

    public void WasCut(long length, long size) => pending.Add((null, length, size));

    public void Flushed()
    {
        durable = AfterLoss(static () => true);
        pending.Clear();
    }

    /// <summary>What everybody reads who does not lose power.</summary>
    public byte[] Present()
    {
        byte[] bytes = new byte[RandomAccess.GetLength(handle)];
        return bytes[..RandomAccess.Read(handle, bytes, 0)];
    }

    /// <summary>What a disk holds that kept some of the sectors that it was not told to keep.</summary>
    public byte[] AfterLoss(Func<bool> isKept)
    {
        byte[] bytes = [.. durable];
        foreach (var (content, offset, size) in pending)
        {
            if (content is null)
            {
                bytes = isKept() ? Resized(bytes.AsSpan(0, (int)Math.Min(bytes.Length, offset)), (int)Math.Max(size, offset)) : bytes;
                continue;
            }

            for (int start = 0; start < content.Length;)
            {
                int count = (int)Math.Min(content.Length - start, Sector - ((offset + start) % Sector));
                if (isKept())
                {
                    int end = (int)offset + start + count;
                    bytes = end > bytes.Length ? Resized(bytes, end) : bytes;
                    content.AsSpan(start, count).CopyTo(bytes.AsSpan((int)offset + start));
                }

                start += count;
            }
        }

        return bytes;
    }

    /// <summary>Takes over what another process left unflushed in a file with the same bytes.</summary>
    public void Inherit(LosingFile other)
    {
        durable = other.durable;
        pending.AddRange(other.pending);
    }

    public void Dispose() => handle.Dispose();

    private static byte[] Resized(ReadOnlySpan<byte> bytes, int size)
    {
        byte[] resized = new byte[size];
        bytes[..Math.Min(size, bytes.Length)].CopyTo(resized);
        return resized;
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
