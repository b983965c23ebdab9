namespace Provenance.ArtifactStore.Registries;

/// <summary>Makes clients for repositories. One instance shares connections, tokens and locks and is meant to live as long as the process.</summary>
public interface IRegistryClient
{
    /// <summary>The repository that a reference names; its tag and digest play no part.</summary>
    IRepository Repository(Reference reference);
}
