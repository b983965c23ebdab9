using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Serving;

/// <summary>Asks, inside an endpoint, whether the sender of a request may do something. Where access control is off, everything is allowed.</summary>
internal static class RequestAccess
{
    /// <summary>Whether the sender may; for what changes the answer instead of refusing it.</summary>
    public static bool Allows(HttpContext context, AccessAction action, AccessResource resource) =>
        context.Features.Get<IRequestAccess>() is not { } access || access.Decide(action, resource) is AccessDecision.Allowed;

    /// <summary>Refuses the request unless the sender may.</summary>
    /// <exception cref="OciException">401 <c>UNAUTHORIZED</c> with a challenge, or 403 <c>DENIED</c>.</exception>
    public static void Require(HttpContext context, AccessAction action, AccessResource resource)
    {
        if (context.Features.Get<IRequestAccess>() is { } access)
        {
            Apply(context, access, access.Decide(action, resource), action, resource);
        }
    }

    /// <summary>Refuses the request where clients must learn that credentials are asked for, as at <c>/v2/</c>.</summary>
    /// <exception cref="OciException">401 <c>UNAUTHORIZED</c> with a challenge.</exception>
    public static void RequireEntrance(HttpContext context)
    {
        if (context.Features.Get<IRequestAccess>() is { } access)
        {
            Apply(context, access, access.DecideEntrance(), AccessAction.Read, null);
        }
    }

    private static void Apply(HttpContext context, IRequestAccess access, AccessDecision decision, AccessAction action, AccessResource? resource)
    {
        if (decision is AccessDecision.Allowed)
        {
            return;
        }

        access.Refused(decision);
        string what = resource is { } named ? $"{action} of {named}" : "This registry";
        if (decision is AccessDecision.Denied)
        {
            throw new OciException(StatusCodes.Status403Forbidden, "DENIED", $"{what} is not allowed to {access.Identity}.");
        }

        context.Response.Headers.WWWAuthenticate = access.Challenge(action, resource);
        throw new OciException(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", $"{what} needs credentials. Log in, then try again.");
    }
}
