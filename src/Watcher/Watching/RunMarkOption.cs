namespace Provenance.Watcher.Watching;

/// <summary>What is written to the object of an attested run.</summary>
public enum RunMarkOption
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>One annotation with the digest of the statement, by one server-side apply.</summary>
    Digest,
}
