using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Signing.Vault;

/// <summary>The token by which Vault knows us: as given, from a file that others renew, or of a login, which is made again in time.</summary>
internal sealed class VaultTokens(VaultOptions options, TimeProvider time) : IDisposable
{
    private const int LargestFile = 16 << 10;

    private readonly SemaphoreSlim turn = new(1);
    private (string Token, DateTimeOffset RenewAt)? current;

    /// <summary>The token to use now.</summary>
    /// <param name="refused">A token that Vault has refused, so that another one is needed; null where none was.</param>
    /// <param name="login">Sends a login's role and token to Vault.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The token; null where there is no other than the refused one.</returns>
    /// <exception cref="SigningServiceException">There is no token.</exception>
    public async ValueTask<string?> FindAsync(string? refused, Func<VaultLogin, string, CancellationToken, Task<byte[]>> login, CancellationToken cancellationToken)
    {
        if (options.Login is not { } account)
        {
            string token = options.Token ?? ReadFile(options.TokenFile!, "Set VAULT_TOKEN, or VAULT_ROLE for a login by the Kubernetes service account.");
            return token == refused ? null : token;
        }

        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (current is { } known && known.Token != refused && time.GetUtcNow() < known.RenewAt)
            {
                return known.Token;
            }

            byte[] answer = await login(account, ReadFile(account.TokenFile, "Mount a service account token into the pod."), cancellationToken).ConfigureAwait(false);
            current = Read(answer);
            return current.Value.Token;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private (string Token, DateTimeOffset RenewAt) Read(byte[] answer)
    {
        const string What = "login";
        try
        {
            using var document = StrictJson.ParseObject(answer, What);
            var auth = StrictJson.Get(document.RootElement, "auth", JsonValueKind.Object, What);
            string token = StrictJson.GetText(auth, "client_token", What);
            if (VaultReference.IsToken(token) && StrictJson.Get(auth, "lease_duration", JsonValueKind.Number, What).TryGetInt64(out long seconds) && seconds >= 0)
            {
                // A lease of zero seconds has no end.
                return (token, time.GetUtcNow() + (seconds is 0 ? TimeSpan.FromDays(1) : TimeSpan.FromSeconds(Math.Min(seconds, 86_400) * 2 / 3)));
            }
        }
        catch (EvidenceException)
        {
            // Its message may quote the answer, and the answer holds a token.
        }

        throw new SigningServiceException(SigningServiceException.BadAnswer, $"Vault at {options.Address.Authority} answered the login by something that is no login's answer.") { Service = options.Address.Authority };
    }

    private static string ReadFile(string path, string advice)
    {
        try
        {
            string token = SecretFile.FindText(path, LargestFile)?.Trim() ?? "";
            return VaultReference.IsToken(token)
                ? token
                : throw new SigningServiceException(SigningServiceException.NoIdentity, $"{path} holds no token. {advice}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SigningServiceException(SigningServiceException.NoIdentity, $"The token file {path} cannot be read: {e.Message} {advice}", innerException: e);
        }
    }
}
