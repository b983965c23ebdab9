using Provenance.Watcher.Kubernetes.Configuring;
using Provenance.Watcher.Kubernetes.Requests;
using Provenance.Watcher.Kubernetes.Watching;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Kubernetes.Connecting;

/// <summary>A Kubernetes API server, reached over HTTP.</summary>
public sealed class KubernetesApi : IKubernetesApi, IAsyncDisposable
{
    private const int MaximumTries = 4;

    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(10);

    private readonly ApiTransport transport;
    private readonly FollowOptions options;

    private KubernetesApi(ApiTransport transport, FollowOptions options)
    {
        this.transport = transport;
        this.options = options;
    }

    /// <summary>Prepares connections; nothing is sent yet.</summary>
    public static KubernetesApi Connect(ClusterConfiguration configuration, IApiObserver observer, TimeProvider time) =>
        Connect(configuration, new FollowOptions(), observer, time);

    /// <summary>Prepares connections; nothing is sent yet.</summary>
    public static KubernetesApi Connect(ClusterConfiguration configuration, FollowOptions options, IApiObserver observer, TimeProvider time) =>
        new(new ApiTransport(configuration, observer, time), options);

    /// <inheritdoc/>
    public async Task FollowAsync(RunResource resource, string? @namespace, IObjectHandler handler, CancellationToken cancellationToken)
    {
        using var follower = new ResourceFollower(transport, resource, @namespace, handler, options);
        await follower.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        SendOrMissAsync(Request("get", HttpMethod.Get, address), cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]> CreateAsync(ObjectAddress collection, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        SendAsync(Request("create", HttpMethod.Post, collection, "", "application/json", json), cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]> ReplaceAsync(ObjectAddress address, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        SendAsync(Request("update", HttpMethod.Put, address, "", "application/json", json), cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]?> MergePatchAsync(ObjectAddress address, ReadOnlyMemory<byte> patch, CancellationToken cancellationToken) =>
        SendOrMissAsync(Request("patch", HttpMethod.Patch, address, "", "application/merge-patch+json", patch), cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]?> ApplyAsync(ObjectAddress address, string fieldManager, bool force, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        SendOrMissAsync(
            Request("apply", HttpMethod.Patch, address, $"?fieldManager={Uri.EscapeDataString(fieldManager)}{(force ? "&force=true" : "")}", "application/apply-patch+yaml", body),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        transport.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ApiRequest Request(string verb, HttpMethod method, ObjectAddress address, string query = "", string? contentType = null, ReadOnlyMemory<byte> body = default) => new()
    {
        Verb = verb,
        Resource = address.Group.Length is 0 ? address.Plural : $"{address.Plural}.{address.Group}",
        Target = address.ToString(),
        Method = method,
        Path = ApiPath.Of(address) + query,
        ContentType = contentType,
        Body = body,
    };

    private async Task<byte[]?> SendOrMissAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.Status is 404)
        {
            return null;
        }
    }

    /// <summary>Sends; what the server turned away before it began, and says when to bring back, is brought back a few times.</summary>
    private async Task<byte[]> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using var response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
                return await ApiBody.ReadObjectAsync(request, response, transport.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (KubernetesApiException e) when (attempt < MaximumTries && e.Status is 429 or 503 && e.RetryAfter is { } wait && wait <= LongestPatience)
            {
                await Task.Delay(RetryDelay.After(attempt, options.FirstDelay, options.LongestDelay, wait), transport.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
