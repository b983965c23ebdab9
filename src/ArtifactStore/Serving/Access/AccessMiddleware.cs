using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Serving.Access;

/// <summary>Finds out who sent a request and lets it through to the endpoint where that suffices; see <see cref="AccessRequirement"/>.</summary>
internal sealed class AccessMiddleware(Authenticator authenticator, IAccessControl control, AccessOptions options, IAccessObserver? observer)
{
    /// <summary>Answers the request or hands it on.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var endpoint = context.GetEndpoint();
        var requirement = endpoint?.Metadata.GetMetadata<AccessRequirement>();
        if (endpoint is null || requirement is { IsOpen: true })
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        try
        {
            if (requirement is null)
            {
                observer?.Refused(AccessRefusals.Denied);
                throw new OciException(StatusCodes.Status403Forbidden, "DENIED", "Nobody has access to this.");
            }

            var sender = await authenticator.AuthenticateAsync(context).ConfigureAwait(false);
            if (sender.Refusal is { } reason)
            {
                throw Refuse(context, reason);
            }

            context.Features.Set<IRequestAccess>(new GrantedAccess(context, sender, control, options, observer));
        }
        catch (OciException refusal)
        {
            await OciErrors.WriteAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    /// <summary>The answer to credentials that do not hold. It does not say in which way: the metrics and the log do.</summary>
    internal OciException Refuse(HttpContext context, string reason)
    {
        observer?.Refused(reason);
        switch (reason)
        {
            case AccessRefusals.Busy:
                context.Response.Headers.RetryAfter = "1";
                return new OciException(StatusCodes.Status429TooManyRequests, "TOOMANYREQUESTS", "Too many passwords are being checked. Try again in a second.");
            case AccessRefusals.KeysUnavailable:
                context.Response.Headers.RetryAfter = "10";
                return new OciException(StatusCodes.Status503ServiceUnavailable, "UNAVAILABLE", "The keys of the token's issuer cannot be had. Try again later.");
            default:
                bool isRegistry = context.Request.Path.StartsWithSegments("/v2", StringComparison.Ordinal);
                context.Response.Headers.WWWAuthenticate = isRegistry ? Challenges.For(context.Request, options, null, "invalid_token") : Challenges.Basic;
                return new OciException(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", "The credentials are not accepted.");
        }
    }
}
