namespace Provenance.ArtifactStore.Serving;

/// <summary>The kinds of things below <c>/v2/</c>.</summary>
internal enum RegistryResource
{
    /// <summary><c>/v2/</c> itself: does the registry speak this protocol?</summary>
    Root,

    /// <summary>A blob by digest.</summary>
    Blob,

    /// <summary>The uploads of a repository.</summary>
    Uploads,

    /// <summary>One upload by id.</summary>
    Upload,

    /// <summary>A manifest by tag or digest.</summary>
    Manifest,

    /// <summary>The referrers of a digest.</summary>
    Referrers,

    /// <summary>The list of tags.</summary>
    Tags,
}
