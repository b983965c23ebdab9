using System.Net.Http.Headers;
using System.Text.Json;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>
/// The keys that an issuer serves (OpenID Connect Discovery 1.0, section 4). They are asked for every ten minutes, and when a token names
/// an unknown one at most every half minute; while the issuer is away, those of the last day hold.
/// </summary>
internal sealed class ServedKeys : IKeySource, IDisposable
{
    private static readonly TimeSpan RefreshAge = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LargestAge = TimeSpan.FromHours(24);
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly TrustedIssuer issuer;
    private readonly TimeProvider time;
    private readonly Action<string>? trouble;
    private readonly HttpClient http;
    private readonly RereadFile<string>? token;
    private readonly SemaphoreSlim turn = new(1);
    private volatile IssuerKeySet? keys;
    private long fetchedAt;
    private long triedAt;
    private bool tried;

    /// <summary>Prepares to ask the issuer.</summary>
    /// <exception cref="ConfigurationException">The file of the authority or of the token cannot be used.</exception>
    public ServedKeys(TrustedIssuer issuer, TimeProvider time, Action<string>? trouble)
    {
        (this.issuer, this.time, this.trouble) = (issuer, time, trouble);
        token = issuer.TokenFile is { } path ? new(path, JsonWebToken.MaximumLength, static bytes => System.Text.Encoding.ASCII.GetString(bytes).Trim(), time, trouble) : null;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = RequestTimeout, MaxResponseHeadersLength = 16 };
        if (issuer.CertificateAuthorityFile is { } file)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = CertificateAuthorities.TrustedBy(file, time, trouble);
        }

        http = new HttpClient(handler) { Timeout = RequestTimeout, MaxResponseContentBufferSize = IssuerKeySet.MaximumSize };
    }

    /// <inheritdoc/>
    public async ValueTask<IssuerKeySet?> GetAsync(bool missing, CancellationToken cancellationToken)
    {
        if (!IsDue(missing))
        {
            return keys;
        }

        // One asks; the others go on with what is known, and wait only where nothing is.
        if (!await turn.WaitAsync(keys is null || missing ? RequestTimeout : TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            return keys;
        }

        try
        {
            if (IsDue(missing))
            {
                await RefreshAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            turn.Release();
        }

        return keys;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        turn.Dispose();
    }

    private bool IsDue(bool missing)
    {
        if (tried && time.GetElapsedTime(Volatile.Read(ref triedAt)) < LeastPause)
        {
            return false;
        }

        return keys is null || missing || time.GetElapsedTime(Volatile.Read(ref fetchedAt)) >= RefreshAge;
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref triedAt, time.GetTimestamp());
        tried = true;
        string problem;
        try
        {
            var uri = issuer.KeysUri ?? await DiscoverAsync(cancellationToken).ConfigureAwait(false);
            keys = IssuerKeySet.Parse(await FetchAsync(uri, cancellationToken).ConfigureAwait(false));
            Volatile.Write(ref fetchedAt, time.GetTimestamp());
            return;
        }
        catch (HttpRequestException e)
        {
            problem = $"{ConnectionProblem.Describe(e)}.";
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            problem = e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            problem = $"no answer within {RequestTimeout.TotalSeconds} seconds";
        }

        if (keys is not null && time.GetElapsedTime(fetchedAt) >= LargestAge)
        {
            keys = null;
        }

        trouble?.Invoke($"The keys of issuer {issuer.Name} cannot be had: {problem} {(keys is null ? "Its tokens are refused until then." : "Those known already hold for now.")}");
    }

    private async Task<Uri> DiscoverAsync(CancellationToken cancellationToken)
    {
        var address = new Uri(issuer.Issuer.TrimEnd('/') + "/.well-known/openid-configuration");
        using var json = JsonDocument.Parse(await FetchAsync(address, cancellationToken).ConfigureAwait(false), StrictJsonOptions.Documents);
        if (json.RootElement.ValueKind is not JsonValueKind.Object
            || JsonWebToken.Text(json.RootElement, "issuer") != issuer.Issuer
            || !Uri.TryCreate(JsonWebToken.Text(json.RootElement, "jwks_uri"), UriKind.Absolute, out var keysUri)
            || (keysUri.Scheme != Uri.UriSchemeHttps && keysUri.Scheme != address.Scheme))
        {
            throw new FormatException($"{address} is no discovery document of {issuer.Issuer}.");
        }

        return keysUri;
    }

    private async Task<byte[]> FetchAsync(Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);

        // Our own token goes to the host that the configuration names, never to one that a document names.
        if (token is not null && address.Authority == (issuer.KeysUri ?? new Uri(issuer.Issuer)).Authority)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Current);
        }

        using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)
            : throw new FormatException($"{address} answered {(int)response.StatusCode}.");
    }
}
