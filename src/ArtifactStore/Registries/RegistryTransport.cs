using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Configuring;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>Carries requests to one registry: time-outs, authentication, redirects, limits and retries.</summary>
/// <param name="host">The registry.</param>
/// <param name="http">Connects to it.</param>
/// <param name="elsewhere">Connects to where it redirects to.</param>
/// <param name="authentication">Meets its challenges.</param>
/// <param name="options">Limits.</param>
/// <param name="time">The clock.</param>
internal sealed class RegistryTransport(
    RegistryHost host, HttpClient http, HttpClient elsewhere, RegistryAuthentication authentication, RemoteRegistryOptions options, TimeProvider time)
{
    private const int MaximumRedirects = 5;
    private const int MaximumErrorSize = 64 * 1024;
    private const int SlowestBytesPerSecond = 64 * 1024;
    private const int LargestUnaskedBody = 64 * 1024;

    /// <summary>The registry.</summary>
    public RegistryHost Host => host;

    /// <summary>What the registry has shown of itself so far.</summary>
    public RegistryMemory Memory { get; } = new(time);

    /// <summary>Sends a request that may be repeated, until the registry answers or the attempts are used up.</summary>
    public Task<RegistryResponse> SendAsync(RegistryRequest request, CancellationToken cancellationToken) =>
        RetryAsync(token => SendOnceAsync(request, token), cancellationToken);

    /// <summary>Runs a sequence of requests again from its start while the registry is away or busy; returns the last answer, whatever it is.</summary>
    public async Task<RegistryResponse> RetryAsync(Func<CancellationToken, Task<RegistryResponse>> sequence, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan? wanted;
            try
            {
                var response = await sequence(cancellationToken).ConfigureAwait(false);
                if (!response.IsTransient || attempt >= options.Attempts)
                {
                    return response;
                }

                wanted = response.RetryAfter;
            }
            catch (RegistryException exception) when (exception.IsTransient && attempt < options.Attempts)
            {
                wanted = null;
            }

            await PauseAsync(attempt, wanted, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a request once; a registry that cannot be reached is a transient <see cref="RegistryException"/>.</summary>
    public async Task<RegistryResponse> SendOnceAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var allowance = options.RequestTimeout + TimeSpan.FromSeconds(Math.Max(request.IsStreamed ? 0 : request.MaximumSize, request.Content?.Length ?? 0) / SlowestBytesPerSecond);
        using var timeout = new CancellationTokenSource(allowance, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await AuthenticateAsync(request, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw host.Fault(
                "UNAVAILABLE", $"Cannot {request.Purpose}: registry {host.Name} did not answer within {allowance.TotalSeconds:0} "
                    + "seconds. Try again later.", isTransient: true, exception);
        }
        catch (Exception exception) when ((exception as AddressRefusedException ?? exception.InnerException) is AddressRefusedException refused)
        {
            throw host.Fault(
                "ADDRESS_REFUSED", $"Cannot {request.Purpose}: {refused.Message}, and registry {host.Name} was named by somebody else. "
                    + "If it is meant, allow it by name.", isTransient: false, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw host.Fault(
                "UNAVAILABLE", $"Cannot {request.Purpose}: registry {host.Name} cannot be reached ({ConnectionProblem.Describe(exception)}). "
                    + "Check its name and try again.", isTransient: true);
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private async Task<RegistryResponse> AuthenticateAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var (response, challenge) = await FollowAsync(request, authentication.Find(request), cancellationToken).ConfigureAwait(false);
        if (challenge is null || await authentication.AnswerAsync(request, challenge, cancellationToken).ConfigureAwait(false) is not { } authorization)
        {
            return response;
        }

        return (await FollowAsync(request, authorization, cancellationToken).ConfigureAwait(false)).Response;
    }

    private async Task<(RegistryResponse Response, AuthenticationChallenge? Challenge)> FollowAsync(
        RegistryRequest request, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        var address = request.Address;
        for (int hop = 0; hop <= MaximumRedirects; hop++)
        {
            RequireSafe(request, address);
            options.RequireOwn(host, address, request.Purpose);
            using var message = MessageFor(request, address, authorization);
            var client = options.MayReach(host, address) ? http : elsewhere;
            using var received = new Received(await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false));
            var response = received.Response;
            if (IsRedirect(response.StatusCode) && request.Content is null && request.Method != HttpMethod.Post && response.Headers.Location is { } location)
            {
                address = Uri.TryCreate(address, location, out var next)
                    ? next
                    : throw host.Fault("INVALID_RESPONSE", $"Cannot {request.Purpose}: registry {host.Name} redirects to something that is no address.");
                continue;
            }

            // Only the registry itself may ask for credentials.
            var challenge = response.StatusCode == HttpStatusCode.Unauthorized && host.Owns(address)
                ? AuthenticationChallenge.Find(response.Headers.WwwAuthenticate)
                : null;
            return (await ReadAsync(request, address, received, cancellationToken).ConfigureAwait(false), challenge);
        }

        throw host.Fault("INVALID_RESPONSE", $"Cannot {request.Purpose}: registry {host.Name} redirects more than "
            + $"{MaximumRedirects} times.");
    }

    private void RequireSafe(RegistryRequest request, Uri address)
    {
        bool safe = address.UserInfo.Length == 0 && (address.Scheme == Uri.UriSchemeHttps
            || (address.Scheme == Uri.UriSchemeHttp && host.IsPlain && new RegistryHost(address.Authority, options.PlainHttp).IsPlain));
        if (!safe)
        {
            throw host.Fault(
                "INVALID_RESPONSE", $"Cannot {request.Purpose}: registry {host.Name} leads to "
                    + $"{address.Scheme}://{address.Authority}, which is not encrypted. Correct the address it gives for itself.");
        }
    }

    private HttpRequestMessage MessageFor(RegistryRequest request, Uri address, AuthenticationHeaderValue? authorization)
    {
        var message = new HttpRequestMessage(request.Method, address);
        message.Headers.UserAgent.ParseAdd("provenance/0.1");
        foreach (string mediaType in request.Accept)
        {
            message.Headers.Accept.ParseAdd(mediaType);
        }

        if (host.Owns(address))
        {
            message.Headers.Authorization = authorization;
        }

        if (request.Content is { } content)
        {
            message.Content = new ReadOnlyMemoryContent(content);

            // A registry that first wants to see credentials may hang up on a body that it did not ask for.
            message.Headers.ExpectContinue = authorization is null && content.Length > LargestUnaskedBody;
            message.Content.Headers.ContentType = request.ContentType is null ? null : new MediaTypeHeaderValue(request.ContentType);
        }
        else if (request.Method == HttpMethod.Post)
        {
            message.Content = new ByteArrayContent([]);
        }

        return message;
    }

    private async Task<RegistryResponse> ReadAsync(RegistryRequest request, Uri address, Received received, CancellationToken cancellationToken)
    {
        var response = received.Response;
        byte[] content = [];
        ReceivedBlob? body = null;
        if (request.IsStreamed && response.StatusCode == HttpStatusCode.OK)
        {
            body = await ReceivedBlob.OpenAsync(host, request, response, options.RequestTimeout, time, cancellationToken).ConfigureAwait(false);
            received.Release();
        }
        else if (request.Method != HttpMethod.Head)
        {
            content = response.IsSuccessStatusCode
                ? await BoundedBody.ReadAsync(host, response.Content, request.MaximumSize, cancellationToken).ConfigureAwait(false)
                : await ReadErrorAsync(response.Content, cancellationToken).ConfigureAwait(false);
        }

        return new RegistryResponse
        {
            Request = request,
            Host = host,
            Sent = response.RequestMessage?.Headers.Authorization,
            Status = response.StatusCode,
            Content = content,
            Body = body,
            ContentType = response.Content.Headers.ContentType?.MediaType,
            ContentLength = response.Content.Headers.ContentLength,
            ContentDigest = response.Headers.TryGetValues("Docker-Content-Digest", out var digests) && Digest.TryParse(digests.First(), out var digest) ? digest : null,
            Location = response.Headers.Location is { } location && Uri.TryCreate(address, location, out var absolute) ? absolute : null,
            Links = response.Headers.TryGetValues("Link", out var links) ? [.. links] : [],
            OciSubject = response.Headers.TryGetValues("OCI-Subject", out var subjects) ? subjects.FirstOrDefault() : null,
            RetryAfter = RegistryResponse.ReadRetryAfter(response, time.GetUtcNow()),
        };
    }

    private async Task<byte[]> ReadErrorAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            return await BoundedBody.ReadAsync(host, content, MaximumErrorSize, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException)
        {
            // The status says enough.
            return [];
        }
    }

    private Task PauseAsync(int attempt, TimeSpan? wanted, CancellationToken cancellationToken)
    {
        double own = options.RetryDelay.TotalMilliseconds * Math.Pow(2, attempt - 1);
        own += own * RandomNumberGenerator.GetInt32(0, 1000) / 2000;
        double pause = Math.Min(Math.Max(own, wanted?.TotalMilliseconds ?? 0), options.MaximumRetryDelay.TotalMilliseconds);
        return Task.Delay(TimeSpan.FromMilliseconds(pause), time, cancellationToken);
    }

    /// <summary>An answer, disposed of unless somebody has taken it over.</summary>
    private sealed class Received(HttpResponseMessage response) : IDisposable
    {
        private bool isReleased;

        public HttpResponseMessage Response => response;

        public void Release() => isReleased = true;

        public void Dispose()
        {
            if (!isReleased)
            {
                response.Dispose();
            }
        }
    }
}
