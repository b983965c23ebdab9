using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Provenance.Watcher.Kubernetes.Configuring;

namespace Provenance.Watcher.Kubernetes.Requests;

/// <summary>Sends requests under the credential and the certificates of the moment; after a 401 once more under a newer credential.</summary>
internal sealed class ApiTransport(ClusterConfiguration configuration, IApiObserver observer, TimeProvider time) : IDisposable
{
    private const int MaximumFailureBody = 64 * 1024;

    private readonly Lock gate = new();
    private ServerConnections? current;
    private ServerConnections? former;
    private bool isDisposed;

    public IApiObserver Observer => observer;

    public TimeProvider Time => time;

    /// <summary>Sends a request and gives the answer as soon as its headers are there.</summary>
    /// <exception cref="KubernetesApiException">There was no answer in time, or one that is no success.</exception>
    public async Task<HttpResponseMessage> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(request.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var credential = await CredentialAsync(either.Token).ConfigureAwait(false);
            var response = await SendOnceAsync(request, credential, either.Token).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.Unauthorized && credential is not null)
            {
                response.Dispose();
                configuration.Credentials!.Reject(credential);
                response = await SendOnceAsync(request, await CredentialAsync(either.Token).ConfigureAwait(false), either.Token).ConfigureAwait(false);
            }

            return response.IsSuccessStatusCode ? response : throw await FailureAsync(request, response, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            observer.Request(request.Verb, request.Resource, 0);
            throw ApiFailure.Timeout(request, request.Patience);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or CryptographicException)
        {
            observer.Request(request.Verb, request.Resource, 0);
            throw ApiFailure.Of(request, e);
        }
        catch (ClusterConfigurationException e)
        {
            throw new KubernetesApiException(0, "Credential", $"Cannot {request}: {e.Message}", isTransient: true, e);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            current?.Dispose();
            former?.Dispose();
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(ApiRequest request, ClusterCredential? credential, CancellationToken cancellationToken)
    {
        bool isSecure = configuration.Server.Scheme == Uri.UriSchemeHttps;
        using var message = new HttpRequestMessage(request.Method, new Uri(configuration.Server, request.Path))
        {
            Version = isSecure ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        message.Headers.TryAddWithoutValidation("User-Agent", "provenance");
        if (credential?.Authorization is { } authorization && isSecure)
        {
            message.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (request.ContentType is not null)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        var response = await Connections(credential).For(request).SendAsync(message, cancellationToken).ConfigureAwait(false);
        observer.Request(request.Verb, request.Resource, (int)response.StatusCode);
        return response;
    }

    private async ValueTask<ClusterCredential?> CredentialAsync(CancellationToken cancellationToken) =>
        configuration.Credentials is { } source ? await source.ReadAsync(cancellationToken).ConfigureAwait(false) : null;

    /// <summary>The connections under the certificates of now; those of before stay open for the requests that are on them.</summary>
    private ServerConnections Connections(ClusterCredential? credential)
    {
        var roots = configuration.Roots?.Read();
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (current is null || !ReferenceEquals(current.Roots, roots) || !ReferenceEquals(current.Client, credential?.Certificate))
            {
                former?.Dispose();
                former = current;
                current = new ServerConnections(configuration, roots, credential?.Certificate);
            }

            return current;
        }
    }

    private async Task<KubernetesApiException> FailureAsync(ApiRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using (response)
        {
            byte[] body = new byte[MaximumFailureBody];
            int length = 0;
            try
            {
                using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                // The status line says enough; the words for people broke off.
            }

            return ApiFailure.Of(request, response, body.AsMemory(0, length), time);
        }
    }
}
