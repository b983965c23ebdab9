using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.SigningServices;

/// <summary>Carries requests to the services that signing needs: limits, time-outs, retries, and errors that hold no secret.</summary>
/// <param name="http">Connects; made by <see cref="ServiceClient"/>, as one that follows redirects would carry tokens elsewhere.</param>
/// <param name="time">The clock.</param>
/// <param name="options">Limits.</param>
internal sealed class ServiceConnection(HttpClient http, TimeProvider time, ServiceOptions options)
{
    private const int MaximumErrorSize = 16 << 10;
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>Sends a request until the service answers, refuses, or has been away for all attempts.</summary>
    /// <exception cref="SigningServiceException"><c>SIGNING_UNAVAILABLE</c>, <c>SIGNING_REFUSED</c> or <c>SIGNING_ANSWER</c>.</exception>
    public async Task<ServiceAnswer> SendAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        RequireSafe(request);
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                return await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (SigningServiceException e) when (e.IsTransient && attempt < options.Attempts && !(e.RetryAfter > options.LongestPause))
            {
                pause = PauseAfter(attempt, e.RetryAfter);
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ServiceAnswer> SendOnceAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(request.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var message = MessageFor(request);
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            return await ReadAsync(request, response, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Fault(request, SigningServiceException.Unavailable, $"did not answer within {request.Timeout.TotalSeconds:0.#} seconds. {request.AdviceWhenAway}", isTransient: true, e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.SecureConnectionError && e.InnerException is AuthenticationException)
        {
            throw Fault(request, SigningServiceException.Unavailable, $"has no certificate that this machine trusts ({e.InnerException.Message}). {request.AdviceOnCertificate}", isTransient: false, e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded)
        {
            throw Fault(request, SigningServiceException.BadAnswer, $"does not answer as HTTP asks for: {ConnectionProblem.Describe(e)}. Check its address.", isTransient: false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Fault(request, SigningServiceException.Unavailable, $"cannot be reached ({ConnectionProblem.Describe(e)}). Check its address and try again.", isTransient: true);
        }
    }

    private static HttpRequestMessage MessageFor(ServiceRequest request)
    {
        var message = new HttpRequestMessage(request.Method, request.Uri);
        message.Headers.UserAgent.ParseAdd("provenance/0.1");
        if (request.Accept is { } accept)
        {
            message.Headers.Accept.ParseAdd(accept);
        }

        if (request.Bearer is { } bearer)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        foreach (var (name, value) in request.Headers)
        {
            message.Headers.Add(name, value);
        }

        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.ContentType = request.ContentType is null ? null : new MediaTypeHeaderValue(request.ContentType);
        }

        return message;
    }

    private async Task<ServiceAnswer> ReadAsync(ServiceRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.RequestMessage?.RequestUri is { } reached && reached != request.Uri)
        {
            throw Fault(request, SigningServiceException.BadAnswer, "redirected the request, which must not be followed.", isTransient: false);
        }

        bool isExpected = request.Expected?.Contains(response.StatusCode) ?? !MayPass(response.StatusCode);
        int limit = isExpected ? request.MaximumSize : MaximumErrorSize;
        var (body, isWhole) = await ReadBodyAsync(response.Content, limit, cancellationToken).ConfigureAwait(false);
        if (!isExpected)
        {
            throw ErrorOf(request, response, body);
        }

        return isWhole
            ? new ServiceAnswer
            {
                Status = response.StatusCode,
                Body = body,
                Location = LocationOf(request, response),
                LogIndex = response.Headers.TryGetValues("x-log-index", out var places) ? string.Join(", ", places) : null,
            }
            : throw Fault(request, SigningServiceException.BadAnswer, $"answered with more than the {limit} bytes that are read of such an answer.", isTransient: false);
    }

    private static async Task<(byte[] Body, bool IsWhole)> ReadBodyAsync(HttpContent content, int limit, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var disposal = stream.ConfigureAwait(false);
        byte[] body = new byte[Math.Min(4 << 10, limit + 1)];
        for (int length = 0; ;)
        {
            int read = await stream.ReadAsync(body.AsMemory(length), cancellationToken).ConfigureAwait(false);
            length += read;
            if (read is 0 || length > limit)
            {
                return (body[..Math.Min(length, limit)], length <= limit);
            }

            if (length == body.Length)
            {
                Array.Resize(ref body, (int)Math.Min(body.Length * 2L, limit + 1L));
            }
        }
    }

    private SigningServiceException ErrorOf(ServiceRequest request, HttpResponseMessage response, byte[] body)
    {
        int status = (int)response.StatusCode;
        string said = request.Headers.Count is 0 && ErrorExcerpt.From(body, request.Bearer ?? request.Secret) is { Length: > 0 } excerpt ? $": \"{excerpt}\"" : "";
        return status switch
        {
            _ when MayPass(response.StatusCode) => Fault(
                request, SigningServiceException.Unavailable, $"is away or busy (status {status}){said}. {request.AdviceWhenAway}", isTransient: true, retryAfter: RetryAfterOf(response)),
            >= 300 and < 400 => Fault(
                request, SigningServiceException.BadAnswer, $"redirects elsewhere (status {status}), which is not followed. Use the address that it moved to.", isTransient: false),
            >= 400 => Fault(request, SigningServiceException.Refused, $"refused (status {status}){said}.", isTransient: false),
            _ => Fault(request, SigningServiceException.BadAnswer, $"answered with the status {status}, which such an answer does not have.", isTransient: false),
        };
    }

    private static bool MayPass(HttpStatusCode status) => (int)status is 408 or 429 or >= 500;

    private static Uri? LocationOf(ServiceRequest request, HttpResponseMessage response) =>
        response.Headers.Location is { } location && Uri.TryCreate(request.Uri, location, out var absolute) && absolute.UserInfo.Length is 0
            && Uri.Compare(absolute, request.Uri, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) is 0
            ? absolute
            : null;

    private TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var wanted = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - time.GetUtcNow() : null;
        return wanted > LongestRetryAfter ? LongestRetryAfter : wanted > TimeSpan.Zero ? wanted : null;
    }

    /// <summary>Anything up to the whole delay, so that those who failed together do not come back together; on top of what the service asks for.</summary>
    private TimeSpan PauseAfter(int attempt, TimeSpan? wanted)
    {
        double delay = Math.Min(options.RetryDelay.TotalMilliseconds * Math.Pow(2, attempt - 1), options.LongestPause.TotalMilliseconds);
        return (wanted ?? TimeSpan.Zero) + TimeSpan.FromMilliseconds(delay * RandomNumberGenerator.GetInt32(0, 1001) / 1000);
    }

    private void RequireSafe(ServiceRequest request)
    {
        var uri = request.Uri;
        if (uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && (ThisMachine.Has(uri) || options.PlainHttp.Contains(uri.Authority))))
        {
            throw Fault(
                request, SigningServiceException.Unavailable, "is not spoken to, as its address is not https. Use https, or allow the host with --plain-http-service.", isTransient: false);
        }

        if (uri.UserInfo.Length > 0)
        {
            throw Fault(request, SigningServiceException.Unavailable, "is not spoken to, as its address holds a user name or password.", isTransient: false);
        }

        // .NET would quote the whole token when it refuses to put it into a header.
        if ((request.Bearer is { } bearer && !FitsHeader(bearer)) || !request.Headers.Values.All(FitsHeader))
        {
            throw new SigningServiceException(SigningServiceException.NoIdentity, $"The token for the {request.Service} {uri.Authority} is empty or has characters that no token has.") { Service = uri.Authority };
        }
    }

    private static bool FitsHeader(string value) => value.Length > 0 && !value.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static SigningServiceException Fault(
        ServiceRequest request, string code, string what, bool isTransient, Exception? innerException = null, TimeSpan? retryAfter = null) =>
        new(code, $"The {request.Service} {request.Uri.Authority} {what}", isTransient, innerException) { Service = request.Uri.Authority, RetryAfter = retryAfter };
}
