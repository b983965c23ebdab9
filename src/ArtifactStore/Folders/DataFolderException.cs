namespace Provenance.ArtifactStore.Folders;

/// <summary>A data folder cannot be used; the message names the folder and says what to do.</summary>
public sealed class DataFolderException(string message, Exception? innerException = null) : Exception(message, innerException);
