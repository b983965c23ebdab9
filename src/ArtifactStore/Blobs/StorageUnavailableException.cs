namespace Provenance.ArtifactStore.Blobs;

/// <summary>The storage behind the store did not answer, or not as it should; the same request may succeed later.</summary>
/// <param name="message">What was wanted of which storage, and what it said.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class StorageUnavailableException(string message, Exception? innerException = null) : IOException(message, innerException);
