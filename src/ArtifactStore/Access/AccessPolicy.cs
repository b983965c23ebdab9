namespace Provenance.ArtifactStore.Access;

/// <summary>Access by rules: what no rule allows is forbidden.</summary>
/// <param name="rules">The rules; their order means nothing.</param>
internal sealed class AccessPolicy(IReadOnlyList<AccessRule> rules) : IAccessControl
{
    /// <inheritdoc/>
    public bool Allows(AccessIdentity identity, AccessAction action, AccessResource resource)
    {
        foreach (var rule in rules)
        {
            if (rule.Allows(identity, action, resource))
            {
                return true;
            }
        }

        return false;
    }
}
