namespace Provenance.Testing.Sigstore;

/// <summary>Something false that a log of version 2 says of its tree, beside what its answers say.</summary>
public enum TreeLie
{
    /// <summary>All is true.</summary>
    None,

    /// <summary>It says that it has the entry already where one of somebody else is.</summary>
    EntryElsewhere,

    /// <summary>It signs a checkpoint of another log.</summary>
    OfAnotherLog,

    /// <summary>Its tiles say another hash in their first place.</summary>
    TileWrong,

    /// <summary>Its tiles lack a hash.</summary>
    TileShort,
}
