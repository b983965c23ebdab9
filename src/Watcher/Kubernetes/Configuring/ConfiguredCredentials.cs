using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>A token, a user name with a password, a client certificate, or several of them, from the configuration or from files.</summary>
internal sealed class ConfiguredCredentials : ICredentialSource
{
    private readonly Lock gate = new();
    private ClusterCredential? current;

    /// <summary>The file with the token, which comes before <see cref="Token"/> while it can be read.</summary>
    public RereadFile? TokenFile { get; init; }

    /// <summary>The token.</summary>
    public string? Token { get; init; }

    /// <summary>User name and password, joined by a colon.</summary>
    public string? UserAndPassword { get; init; }

    /// <summary>The client certificate.</summary>
    public ClientCertificate? Certificate { get; init; }

    /// <inheritdoc/>
    public ValueTask<ClusterCredential> ReadAsync(CancellationToken cancellationToken)
    {
        string? authorization = Authorization();
        X509Certificate2? certificate = Certificate?.Read();
        lock (gate)
        {
            if (current is null || current.Authorization != authorization || !ReferenceEquals(current.Certificate, certificate))
            {
                current = new ClusterCredential(authorization, certificate);
            }

            return ValueTask.FromResult(current);
        }
    }

    /// <inheritdoc/>
    public void Reject(ClusterCredential rejected)
    {
        TokenFile?.Forget();
        Certificate?.Forget();
    }

    /// <summary>Makes a header value of a token.</summary>
    /// <exception cref="ClusterConfigurationException">The token is empty or has characters that no token has.</exception>
    public static string Bearer(string token, string origin) =>
        token.Length > 0 && token.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0
            ? "Bearer " + token
            : throw new ClusterConfigurationException($"The token in {origin} is empty or has blanks or other characters that no token has.");

    private string? Authorization()
    {
        if (TokenFile is not null)
        {
            try
            {
                return Bearer(Encoding.UTF8.GetString(TokenFile.Read()).Trim(), TokenFile.Path);
            }
            catch (ClusterConfigurationException) when (Token is not null)
            {
                // The token beside it is there for this case.
            }
        }

        return Token is not null ? Bearer(Token, "the configuration")
            : UserAndPassword is not null ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(UserAndPassword))
            : null;
    }
}
