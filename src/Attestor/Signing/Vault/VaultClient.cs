using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.SigningServices;

namespace Provenance.Attestor.Signing.Vault;

/// <summary>The few requests to Vault. What the server says in words is never passed on, as it could repeat a token.</summary>
internal sealed class VaultClient : IDisposable
{
    private readonly VaultOptions options;
    private readonly VaultTokens tokens;
    private readonly HttpClient http;
    private readonly ServiceConnection connection;

    /// <summary>Prepares to ask Vault.</summary>
    /// <exception cref="ConfigurationException">The file of authorities cannot be used.</exception>
    public VaultClient(VaultOptions options, TimeProvider time)
    {
        this.options = options;
        tokens = new VaultTokens(options, time);
        http = ServiceClient.Create(options.AuthorityFile is { } file ? CertificateAuthorities.TrustedBy(file, time, trouble: null) : null);
        connection = new ServiceConnection(http, time, new ServiceOptions());
    }

    /// <summary>The server, <c>host[:port]</c>.</summary>
    public string Service => options.Address.Authority;

    /// <summary>The answer to a request of the Transit engine; null where Vault does not understand it (400).</summary>
    /// <param name="path">The path below the engine.</param>
    /// <param name="body">What is posted; null to read.</param>
    /// <param name="capability">What the token's policy has to grant.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="SigningServiceException">Vault refused, is away, or there is no token.</exception>
    public async Task<byte[]?> AskAsync(string path, JsonObject? body, string capability, CancellationToken cancellationToken)
    {
        string full = $"{options.Engine}/{path}";
        string? token = await FindTokenAsync(refused: null, cancellationToken).ConfigureAwait(false);
        var answer = await SendAsync(full, body, token, cancellationToken).ConfigureAwait(false);
        if (answer.Status is HttpStatusCode.Forbidden && await FindTokenAsync(refused: token, cancellationToken).ConfigureAwait(false) is { } renewed)
        {
            answer = await SendAsync(full, body, renewed, cancellationToken).ConfigureAwait(false);
        }

        return answer.Status switch
        {
            HttpStatusCode.OK => answer.Body,
            HttpStatusCode.BadRequest => null,
            HttpStatusCode.Forbidden => throw Refuse($"Vault at {Service} refused {full} (403). The token may have expired; otherwise grant its policy {capability} on {full}."),
            HttpStatusCode.NotFound => throw Refuse($"Vault at {Service} has no {full} (404). Check VAULT_NAMESPACE, TRANSIT_SECRET_ENGINE_PATH and the name of the key, or make it: vault write -f {options.Engine}/keys/{options.KeyName} type=ecdsa-p256"),
            _ => throw Refuse($"Vault at {Service} answered {(int)answer.Status} to {full}, which is none of its answers. Check that VAULT_ADDR names the active server itself."),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        tokens.Dispose();
    }

    private ValueTask<string?> FindTokenAsync(string? refused, CancellationToken cancellationToken) => tokens.FindAsync(refused, LogInAsync, cancellationToken);

    private async Task<byte[]> LogInAsync(VaultLogin login, string jwt, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["role"] = login.Role, ["jwt"] = jwt };
        var answer = await SendAsync($"auth/{login.Mount}/login", body, token: null, cancellationToken).ConfigureAwait(false);
        return answer.Status is HttpStatusCode.OK
            ? answer.Body
            : throw Refuse($"Vault at {Service} refused the login by the service account for the role {login.Role} ({(int)answer.Status}). Bind the role to this service account and namespace, and check VAULT_KUBERNETES_MOUNT.");
    }

    private Task<ServiceAnswer> SendAsync(string path, JsonObject? body, string? token, CancellationToken cancellationToken)
    {
        // Without the first, an agent between us and Vault may be fooled by a web page (Vault's documentation, "Request header").
        var headers = new Dictionary<string, string> { ["X-Vault-Request"] = "true" };
        if (token is not null)
        {
            headers["X-Vault-Token"] = token;
        }

        if (options.Namespace is { } space)
        {
            headers["X-Vault-Namespace"] = space;
        }

        var request = new ServiceRequest
        {
            Service = "key service",
            Method = body is null ? HttpMethod.Get : HttpMethod.Post,
            Uri = new Uri($"{options.Address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/v1/{path}"),
            Headers = headers,
            Body = body is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(body.ToJsonString()),
            ContentType = "application/json",
            Expected = null,
            AdviceWhenAway = "Check that Vault is unsealed and active, or try again later.",
            AdviceOnCertificate = "Name the certificate of Vault's authority in VAULT_CACERT.",
        };
        return connection.SendAsync(request, cancellationToken);
    }

    private SigningServiceException Refuse(string message) => new(SigningServiceException.Refused, message) { Service = Service };
}
