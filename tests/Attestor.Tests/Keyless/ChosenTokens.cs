using Provenance.Attestor.Identities;

namespace Provenance.Attestor.Tests.Keyless;

/// <summary>Hands out tokens that a test makes.</summary>
internal sealed class ChosenTokens(Func<string> issue, TimeProvider time) : IIdentityTokenSource
{
    public string Name => "a test";

    public ValueTask<IdentityToken> FetchAsync(string audience, CancellationToken cancellationToken) =>
        new(IdentityToken.Read(issue(), Name, audience, time.GetUtcNow()));
}
