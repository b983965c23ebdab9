namespace Provenance.ArtifactStore.Access;

/// <summary>What somebody wants to do to an <see cref="AccessResource"/>.</summary>
public enum AccessAction
{
    /// <summary>To learn anything of it: content, size, whether it exists, its tags and referrers.</summary>
    Read,

    /// <summary>To add content.</summary>
    Write,

    /// <summary>To take content out.</summary>
    Delete,

    /// <summary>To say which content a cache key stands for. Whoever may do so decides what others build with.</summary>
    SetKey,
}
