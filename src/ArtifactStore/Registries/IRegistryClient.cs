namespace Provenance.ArtifactStore.Registries;

/// <summary>Opens repositories of any registry with the credentials and rules that were configured.</summary>
public interface IRegistryClient
{
    /// <summary>The repository that a reference names; its tag and digest are ignored. Nothing is asked of the registry yet.</summary>
    IRepository Open(Reference reference);
}
