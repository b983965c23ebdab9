namespace Provenance.ArtifactStore.Folders;

/// <summary>The disk is full: nothing of what was to be written is kept, and the store works again once there is room.</summary>
public sealed class StorageFullException : IOException
{
    /// <summary>The operating system's number for a full disk (ENOSPC), which this exception has as its result code.</summary>
    public const int NoSpaceLeft = 28;

    private StorageFullException(string message, int code)
        : base(message, code)
    {
    }

    /// <summary>An exception that names what could not be written, and why.</summary>
    public StorageFullException(string path, Exception? innerException = null)
        : base($"The disk is full: {path} cannot be written. Free space, or delete blobs.", innerException) => HResult = NoSpaceLeft;

    /// <summary>An exception that says that the store holds as much as it may.</summary>
    public static StorageFullException OfBound(long bytes) =>
        new($"The store holds as much as it may, and nothing of that may go: {bytes} bytes. Delete manifests, wait for the grace period, or raise space.maximumBytes.", NoSpaceLeft);
}
