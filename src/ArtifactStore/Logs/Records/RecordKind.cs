namespace Provenance.ArtifactStore.Logs.Records;

/// <summary>What a record says, besides changing keys.</summary>
internal enum RecordKind : byte
{
    /// <summary>Nothing.</summary>
    Keys = 1,

    /// <summary>A blob is stored: it is the payload.</summary>
    Blob = 2,

    /// <summary>A blob is stored: it is a file of its own.</summary>
    File = 3,

    /// <summary>A blob is not stored any more.</summary>
    Deletion = 4,

    /// <summary>The bytes of a blob do not hash to its name: it counts as absent until it is stored again.</summary>
    Corruption = 5,
}
