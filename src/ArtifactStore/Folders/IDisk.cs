using Microsoft.Win32.SafeHandles;

namespace Provenance.ArtifactStore.Folders;

/// <summary>The calls by which bytes become durable: where disks are full, break, or are not asked to flush.</summary>
/// <remarks>All throw <see cref="StorageFullException"/> when there is no room, and <see cref="IOException"/> for any other fault.</remarks>
internal interface IDisk
{
    /// <summary>Creates a file that has this size, and the room for it, from the start; it reads as zeros.</summary>
    SafeFileHandle Create(string path, long size);

    /// <summary>Cuts a file off at <paramref name="length"/>, and gives it room for <paramref name="size"/> bytes, which read as zeros.</summary>
    void Cut(SafeFileHandle file, long length, long size);

    /// <summary>Writes bytes, which a flush makes durable.</summary>
    void Write(SafeFileHandle file, ReadOnlySpan<byte> content, long offset);

    /// <summary>Makes what was written durable. After a failure nobody knows what is: the system may have dropped it.</summary>
    void Flush(SafeFileHandle file);

    /// <summary>Lets the disk begin with bytes that a later <see cref="Flush"/> will ask for. It may do nothing.</summary>
    void Hurry(SafeFileHandle file, long offset, long length);

    /// <summary>Makes the names in a folder durable.</summary>
    void FlushFolder(string path);
}
