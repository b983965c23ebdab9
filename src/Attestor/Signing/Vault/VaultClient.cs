using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.Attestor.Signing.Vault;

/// <summary>
/// The few requests to Vault, each bounded in time, size and attempts. What the server says in words is never passed on, as it could
/// repeat a token.
/// </summary>
internal sealed class VaultClient : IDisposable
{
    private const int LargestAnswer = 1 << 20;

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)];
    private static readonly TimeSpan LongestWish = TimeSpan.FromHours(1);

    private readonly VaultOptions options;
    private readonly TimeProvider time;
    private readonly VaultTokens tokens;
    private readonly HttpClient http;

    /// <summary>Prepares to ask Vault.</summary>
    /// <exception cref="ConfigurationException">The file of authorities cannot be used.</exception>
    public VaultClient(VaultOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        tokens = new VaultTokens(options, time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = options.Address.Scheme is "https",
            ConnectTimeout = options.RequestTimeout,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (options.AuthorityFile is { } file)
        {
            var authorities = new RereadFile<X509Certificate2Collection>(file, 1 << 20, CertificateAuthorities.Parse, time, trouble: null);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, presented, errors) =>
                certificate is not null && CertificateAuthorities.Trusts(authorities.Current, new X509Certificate2(certificate), presented, errors);
        }

        http = new HttpClient(handler) { Timeout = options.RequestTimeout, MaxResponseContentBufferSize = LargestAnswer };
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
        var (status, answer) = await SendAsync(full, body, token, cancellationToken).ConfigureAwait(false);
        if (status is HttpStatusCode.Forbidden && await FindTokenAsync(refused: token, cancellationToken).ConfigureAwait(false) is { } renewed)
        {
            (status, answer) = await SendAsync(full, body, renewed, cancellationToken).ConfigureAwait(false);
        }

        return status switch
        {
            HttpStatusCode.OK => answer,
            HttpStatusCode.BadRequest => null,
            HttpStatusCode.Forbidden => throw Refuse($"Vault at {Service} refused {full} (403). The token may have expired; otherwise grant its policy {capability} on {full}."),
            HttpStatusCode.NotFound => throw Refuse($"Vault at {Service} has no {full} (404). Check VAULT_NAMESPACE, TRANSIT_SECRET_ENGINE_PATH and the name of the key, or make it: vault write -f {options.Engine}/keys/{options.KeyName} type=ecdsa-p256"),
            _ => throw Refuse($"Vault at {Service} answered {(int)status} to {full}, which is none of its answers. Check that VAULT_ADDR names the active server itself."),
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
        var (status, answer) = await SendAsync($"auth/{login.Mount}/login", body, token: null, cancellationToken).ConfigureAwait(false);
        return status is HttpStatusCode.OK
            ? answer
            : throw Refuse($"Vault at {Service} refused the login by the service account for the role {login.Role} ({(int)status}). Bind the role to this service account and namespace, and check VAULT_KUBERNETES_MOUNT.");
    }

    /// <summary>The answer, once Vault gives one that another attempt would not change.</summary>
    private async Task<(HttpStatusCode Status, byte[] Body)> SendAsync(string path, JsonObject? body, string? token, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            SigningServiceException away;
            try
            {
                using var request = Request(path, body, token);
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
                if (!IsTransient(response.StatusCode))
                {
                    return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
                }

                away = Away(response.StatusCode is HttpStatusCode.ServiceUnavailable ? "is sealed, on standby or starting (503)" : $"answered {(int)response.StatusCode}", path, null, RetryAfter(response));
            }
            catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded)
            {
                throw new SigningServiceException(SigningServiceException.BadAnswer, $"Vault at {Service} answered more than {LargestAnswer} bytes to {path}.") { Service = Service };
            }
            catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.SecureConnectionError && e.InnerException is AuthenticationException untrusted)
            {
                throw new SigningServiceException(
                    SigningServiceException.Unavailable, $"Vault at {Service} has no certificate that this machine trusts ({untrusted.Message}). Name its authority's certificate in VAULT_CACERT.", innerException: e)
                { Service = Service };
            }
            catch (HttpRequestException e)
            {
                away = Away($"cannot be reached: {e.Message}", path, e, null);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                away = Away($"did not answer within {options.RequestTimeout.TotalSeconds:0.#} seconds", path, null, null);
            }

            if (attempt == Pauses.Length || away.RetryAfter > Pauses[attempt])
            {
                throw away;
            }

            await Task.Delay(Pauses[attempt], time, cancellationToken).ConfigureAwait(false);
        }
    }

    private HttpRequestMessage Request(string path, JsonObject? body, string? token)
    {
        var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, $"{options.Address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/v1/{path}");
        if (body is not null)
        {
            // Of a known length: what stands before Vault need not understand requests in pieces.
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString()));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        // Without it an agent between us and Vault may be fooled by a web page (Vault's documentation, "Request header").
        request.Headers.Add("X-Vault-Request", "true");
        if (token is not null)
        {
            request.Headers.Add("X-Vault-Token", token);
        }

        if (options.Namespace is { } space)
        {
            request.Headers.Add("X-Vault-Namespace", space);
        }

        return request;
    }

    private static bool IsTransient(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var wish = response.Headers.RetryAfter?.Delta ?? (response.Headers.RetryAfter?.Date - time.GetUtcNow());
        return wish is not { } wanted || wanted <= TimeSpan.Zero ? null : wanted < LongestWish ? wanted : LongestWish;
    }

    private SigningServiceException Away(string what, string path, Exception? cause, TimeSpan? retryAfter) =>
        new(SigningServiceException.Unavailable, $"Vault at {Service} {what} ({path}). Check its address, or try again later.", isTransient: true, cause) { Service = Service, RetryAfter = retryAfter };

    private SigningServiceException Refuse(string message) => new(SigningServiceException.Refused, message) { Service = Service };
}
