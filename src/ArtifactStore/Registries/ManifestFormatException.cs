namespace Provenance.ArtifactStore.Registries;

/// <summary>Bytes are no valid manifest or index; the message says where and why.</summary>
internal sealed class ManifestFormatException(string message, Exception? innerException = null) : Exception(message, innerException);
