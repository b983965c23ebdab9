using System.Text.Json;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;

namespace Provenance.Attestor.Identities;

/// <summary>Asks GitHub for tokens of the workflow run that this process belongs to (GitHub Actions, "OpenID Connect reference").</summary>
internal sealed class GitHubTokenSource(ServiceConnection connection, Func<string, string?> environment, TimeProvider time) : IIdentityTokenSource
{
    /// <summary>Where tokens are asked for.</summary>
    public const string AddressVariable = "ACTIONS_ID_TOKEN_REQUEST_URL";

    /// <summary>What allows to ask.</summary>
    public const string PermissionVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

    private const string What = "answer of GitHub's token service";

    public string Name => "GitHub Actions";

    /// <summary>Whether both variables are set, which takes the permission <c>id-token: write</c>.</summary>
    public static bool IsOffered(Func<string, string?> environment) =>
        !string.IsNullOrEmpty(environment(AddressVariable)) && !string.IsNullOrEmpty(environment(PermissionVariable));

    public async ValueTask<IdentityToken> FetchAsync(string audience, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(environment(AddressVariable), UriKind.Absolute, out var address) || address.Fragment.Length > 0)
        {
            throw new SigningServiceException(SigningServiceException.NoIdentity, $"The variable {AddressVariable} holds no address. Is the permission id-token: write given to the job?");
        }

        var answer = await connection.SendAsync(
            new ServiceRequest
            {
                Service = "token service of GitHub Actions",
                Method = HttpMethod.Get,
                Uri = new UriBuilder(address) { Query = $"{address.Query}&audience={Uri.EscapeDataString(audience)}".TrimStart('?', '&') }.Uri,
                Accept = "application/json",
                Bearer = environment(PermissionVariable),
                MaximumSize = 2 * IdentityToken.MaximumSize,
            },
            cancellationToken).ConfigureAwait(false);
        return IdentityToken.Read(ReadValue(answer.Body, address), Name, audience, time.GetUtcNow());
    }

    private static string ReadValue(byte[] body, Uri address)
    {
        try
        {
            using var document = StrictJson.ParseObject(body, What);
            return StrictJson.GetText(document.RootElement, "value", What);
        }
        catch (EvidenceException e)
        {
            // Without the cause, as what the parser says may quote the token.
            throw new SigningServiceException(SigningServiceException.BadAnswer, e.Message) { Service = address.Authority };
        }
    }
}
