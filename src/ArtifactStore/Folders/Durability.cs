namespace Provenance.ArtifactStore.Folders;

/// <summary>What survives when the machine, and not only the process, dies.</summary>
public enum Durability
{
    /// <summary>Everything that was answered for: it is flushed to the disk before the answer.</summary>
    Full,

    /// <summary>Whatever the operating system has written by then. Meant for caches whose content can be made again.</summary>
    None,
}
