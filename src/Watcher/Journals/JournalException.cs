namespace Provenance.Watcher.Journals;

/// <summary>The journal cannot be used; the message names the file and says what to do.</summary>
internal sealed class JournalException(string message, Exception? innerException = null) : IOException(message, innerException);
