namespace Provenance.ArtifactStore.Folders;

/// <summary>The disk is full: nothing of what was to be written is kept, and the store works again once there is room.</summary>
public sealed class StorageFullException : IOException
{
    /// <summary>The operating system's number for a full disk (ENOSPC), which this exception has as its result code.</summary>
    public const int NoSpaceLeft = 28;

    /// <summary>An exception that names what could not be written, and why.</summary>
    public StorageFullException(string path, Exception? innerException = null)
        : base($"The disk is full: {path} cannot be written. Free space, or delete blobs.", innerException) => HResult = NoSpaceLeft;
}
