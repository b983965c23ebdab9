namespace Provenance.Watcher.Documents;

/// <summary>A file or stream of runs cannot be read; the message names it, the place and what is wrong.</summary>
public sealed class DocumentException(string message, Exception? innerException = null) : Exception(message, innerException);
