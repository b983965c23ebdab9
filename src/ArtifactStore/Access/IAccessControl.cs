namespace Provenance.ArtifactStore.Access;

/// <summary>Decides who may do what. Whatever is not allowed is forbidden.</summary>
internal interface IAccessControl
{
    /// <summary>Whether the identity may do this to that. Takes no time worth mentioning and asks nobody.</summary>
    bool Allows(AccessIdentity identity, AccessAction action, AccessResource resource);
}
