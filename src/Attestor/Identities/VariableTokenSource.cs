using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Identities;

/// <summary>Reads tokens from an environment variable, into which GitLab's <c>id_tokens</c> puts them.</summary>
internal sealed class VariableTokenSource(string variable, Func<string, string?> environment, TimeProvider time) : IIdentityTokenSource
{
    public string Name => $"variable {variable}";

    public ValueTask<IdentityToken> FetchAsync(string audience, CancellationToken cancellationToken) =>
        environment(variable) is { Length: > 0 } token
            ? new(IdentityToken.Read(token, Name, audience, time.GetUtcNow()))
            : throw new SigningServiceException(SigningServiceException.NoIdentity, $"The variable {variable} holds no identity token.");
}
