using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Serving.Access;

/// <summary>What the sender of one request may do: what the rules allow its identity, within the scopes of its token.</summary>
internal sealed class GrantedAccess(HttpContext context, Authentication sender, IAccessControl control, AccessOptions options, IAccessObserver? observer) : IRequestAccess
{
    /// <inheritdoc/>
    public AccessIdentity Identity => sender.Identity;

    /// <inheritdoc/>
    public AccessDecision Decide(AccessAction action, AccessResource resource)
    {
        if (!control.Allows(sender.Identity, action, resource))
        {
            return sender.Identity.Kind is IdentityKind.Anonymous ? AccessDecision.CredentialsNeeded : AccessDecision.Denied;
        }

        return IsInScope(action, resource) ? AccessDecision.Allowed : AccessDecision.CredentialsNeeded;
    }

    /// <inheritdoc/>
    public AccessDecision DecideEntrance() =>
        sender.Identity.Kind is not IdentityKind.Anonymous || sender.Scopes is not null ? AccessDecision.Allowed : AccessDecision.CredentialsNeeded;

    /// <inheritdoc/>
    public string Challenge(AccessAction action, AccessResource? resource) =>
        Challenges.For(context.Request, options, resource is null ? null : new AccessRequest(action, resource.Value), sender.Scopes is null ? null : "insufficient_scope");

    /// <inheritdoc/>
    public void Refused(AccessDecision decision) => observer?.Refused(decision is AccessDecision.Denied ? AccessRefusals.Denied : AccessRefusals.NoCredentials);

    private bool IsInScope(AccessAction action, AccessResource resource) =>
        sender.Scopes is null
        || (resource.Kind is AccessResourceKind.Repository && sender.Scopes.Any(scope => scope.Repository == resource.Name && scope.Actions.Contains(action)));
}
