using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Identities;

/// <summary>Hands out identity tokens (OpenID Connect Core 1.0, section 2) of the workload that signs.</summary>
public interface IIdentityTokenSource
{
    /// <summary>Where the tokens come from, as people read it: <c>file /var/run/...</c>.</summary>
    string Name { get; }

    /// <summary>A token for the audience that has not expired. Every call asks anew, as tokens live for minutes.</summary>
    /// <exception cref="SigningServiceException"><c>SIGNING_IDENTITY</c>: there is none that can be used; or the service that hands them out is away.</exception>
    ValueTask<IdentityToken> FetchAsync(string audience, CancellationToken cancellationToken);
}
