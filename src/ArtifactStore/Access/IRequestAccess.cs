namespace Provenance.ArtifactStore.Access;

/// <summary>What the sender of one request may do. A feature of the request; where it is absent, access control is off.</summary>
public interface IRequestAccess
{
    /// <summary>Who sent the request.</summary>
    AccessIdentity Identity { get; }

    /// <summary>Whether the request may do this to that. Asks the rules only: nothing is answered or counted.</summary>
    AccessDecision Decide(AccessAction action, AccessResource resource);

    /// <summary>The decision about the entrance of the registry, <c>/v2/</c>, by which clients find out how to make themselves known.</summary>
    AccessDecision DecideEntrance();

    /// <summary>The value of <c>WWW-Authenticate</c> that asks for what is missing; null as the resource for the entrance.</summary>
    string Challenge(AccessAction action, AccessResource? resource);

    /// <summary>Counts that the request is refused.</summary>
    void Refused(AccessDecision decision);
}
