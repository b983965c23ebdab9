namespace Provenance.Attestor.Identities;

/// <summary>Hands out a token that was given, for as long as it lives.</summary>
internal sealed class GivenTokenSource(string token, TimeProvider time) : IIdentityTokenSource
{
    public string Name => "the caller";

    public ValueTask<IdentityToken> FetchAsync(string audience, CancellationToken cancellationToken) =>
        new(IdentityToken.Read(token, Name, audience, time.GetUtcNow()));
}
