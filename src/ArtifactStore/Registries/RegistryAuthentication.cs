using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Provenance.ArtifactStore.Registries;

/// <summary>
/// Credentials and tokens for one registry. Passwords go to the registry itself and to the token service that it names, over an
/// encrypted connection unless that service is listed as plain, or on this machine together with the registry; tokens go to the registry alone.
/// </summary>
internal sealed class RegistryAuthentication(
    RegistryHost host, HttpClient http, HttpClient elsewhere, DockerConfiguration configuration, RemoteRegistryOptions options, TimeProvider time)
{
    private const int MaximumTokens = 1000;
    private const int MaximumAnswerSize = 256 * 1024;

    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SafetyMargin = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Grant> grants = new(StringComparer.Ordinal);

    /// <summary>The header that got such requests through before; null where there is none, or it has expired.</summary>
    public AuthenticationHeaderValue? Find(RegistryRequest request) =>
        grants.TryGetValue(KeyOf(request), out var grant) && time.GetUtcNow() < grant.Expires ? grant.Header : null;

    /// <summary>Meets the challenge of a 401; null where we have nothing to offer.</summary>
    /// <exception cref="RegistryException">The token service refuses or is away.</exception>
    public async Task<AuthenticationHeaderValue?> AnswerAsync(RegistryRequest request, AuthenticationChallenge challenge, CancellationToken cancellationToken)
    {
        grants.TryRemove(KeyOf(request), out _);
        var credential = await configuration.FindAsync(host.Name, cancellationToken).ConfigureAwait(false);
        var grant = challenge.IsBearer
            ? await FetchTokenAsync(request, challenge, credential, cancellationToken).ConfigureAwait(false)
            : credential is null ? null : new Grant(credential.Header, DateTimeOffset.MaxValue);
        if (grant is null)
        {
            return null;
        }

        if (grants.Count >= MaximumTokens)
        {
            grants.Clear();
        }

        grants[KeyOf(request)] = grant;
        return grant.Header;
    }

    private static string KeyOf(RegistryRequest request) => $"{request.Repository}:{(request.IsPush ? "pull,push" : "pull")}";

    private static Grant ReadToken(ReadOnlyMemory<byte> content, DateTimeOffset now)
    {
        using var json = JsonDocument.Parse(content, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 });
        var root = json.RootElement;
        string token = Text(root, "token") ?? Text(root, "access_token") ?? throw new JsonException();
        var lifetime = root.TryGetProperty("expires_in", out var seconds) && seconds.ValueKind == JsonValueKind.Number && seconds.TryGetInt32(out int given) && given > 0
            ? TimeSpan.FromSeconds(given)
            : DefaultLifetime;
        return new Grant(new AuthenticationHeaderValue("Bearer", token), now + lifetime - SafetyMargin);
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            && text.All(character => character is > ' ' and <= '~')
                ? text
                : null;

    private async Task<Grant> FetchTokenAsync(
        RegistryRequest request, AuthenticationChallenge challenge, RegistryCredential? credential, CancellationToken cancellationToken)
    {
        var address = AddressOf(request, challenge);
        options.RequireOwn(host, address, request.Purpose);
        using var message = new HttpRequestMessage(HttpMethod.Get, address);
        message.Headers.Authorization = credential?.Header;
        var client = options.MayReach(host, address) ? http : elsewhere;
        using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            bool transient = (int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
            throw host.Fault(
                transient ? "UNAVAILABLE" : "UNAUTHORIZED",
                $"Cannot {request.Purpose}: the token service {address.Host} answered {(int)response.StatusCode}. "
                + (transient ? "Try again later." : $"Check the credentials for {host.Name}."),
                transient,
                retryAfter: RegistryResponse.ReadRetryAfter(response, time.GetUtcNow()));
        }

        try
        {
            return ReadToken(await BoundedBody.ReadAsync(host, response.Content, MaximumAnswerSize, cancellationToken).ConfigureAwait(false), time.GetUtcNow());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw host.Fault("INVALID_RESPONSE", $"Cannot {request.Purpose}: the token service {address.Host} answered "
                + "no usable token.");
        }
    }

    private Uri AddressOf(RegistryRequest request, AuthenticationChallenge challenge)
    {
        if (!challenge.Parameters.TryGetValue("realm", out string? realm) || !Uri.TryCreate(realm, UriKind.Absolute, out var service)
            || service.UserInfo.Length > 0
            || !(service.Scheme == Uri.UriSchemeHttps || (service.Scheme == Uri.UriSchemeHttp && MayBePlain(new RegistryHost(service.Authority, options.PlainHttp)))))
        {
            throw host.Fault(
                "INVALID_RESPONSE", $"Cannot {request.Purpose}: registry {host.Name} names no token service that may be asked; it "
                    + "must have an https address.");
        }

        string scope = challenge.Parameters.TryGetValue("scope", out string? given) ? given : $"repository:{KeyOf(request)}";
        string query = $"scope={Uri.EscapeDataString(scope)}";
        query = challenge.Parameters.TryGetValue("service", out string? name) ? $"service={Uri.EscapeDataString(name)}&{query}" : query;
        return new UriBuilder(service) { Query = service.Query.Length > 1 ? $"{service.Query[1..]}&{query}" : query, Fragment = "" }.Uri;
    }

    // A registry elsewhere must not send us, with a password, to whatever listens on this machine.
    private bool MayBePlain(RegistryHost service) => service.IsPlain && (host.IsLoopback || options.PlainHttp.Contains(service.Name));

    private sealed record Grant(AuthenticationHeaderValue Header, DateTimeOffset Expires);
}
