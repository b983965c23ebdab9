using System.Text;
using System.Text.Json.Nodes;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Kubernetes.Leases;

/// <summary>One lease in memory; what it does it does at once, so that a test on a clock of its own runs on one thread.</summary>
internal sealed class LeaseServer
{
    private int version;

    public JsonObject? Lease { get; set; }

    public int Writes { get; private set; }

    public string? Holder => (string?)Lease?["spec"]?["holderIdentity"];

    /// <summary>A connection of one candidate.</summary>
    public Connection Connect() => new(this);

    /// <summary>Writes an annotation, as other parts of this software do.</summary>
    public void Annotate(string key, string value)
    {
        var annotations = Lease!["metadata"]!["annotations"] as JsonObject ?? new JsonObject();
        annotations[key] = value;
        Lease["metadata"]!["annotations"] ??= annotations;
        Stamp(Lease);
    }

    private byte[] Stamp(JsonObject lease)
    {
        lease["metadata"]!["resourceVersion"] = $"{++version}";
        Lease = lease;
        return Bytes();
    }

    private byte[] Bytes() => Encoding.UTF8.GetBytes(Lease!.ToJsonString());

    internal sealed class Connection(LeaseServer server) : IKubernetesApi
    {
        /// <summary>Whether nothing gets through.</summary>
        public bool IsDown { get; set; }

        /// <summary>Whether writes get through and their answers do not, until this connection's caller gives up.</summary>
        public bool StallsAfterWriting { get; set; }

        /// <summary>Whether writes wait, not yet done, until the caller gives up.</summary>
        public bool StallsBeforeWriting { get; set; }

        /// <summary>Is called when a stalled write is given up.</summary>
        public Action? OnGivenUp { get; set; }

        public Task<byte[]?> GetAsync(ObjectAddress address, CancellationToken cancellationToken) =>
            IsDown ? throw Away() : Task.FromResult(server.Lease is null ? null : server.Bytes());

        public Task<byte[]> CreateAsync(ObjectAddress collection, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
            WriteAsync(server.Lease is null, json, cancellationToken);

        public Task<byte[]> ReplaceAsync(ObjectAddress address, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) => server.Lease is null
            ? throw new KubernetesApiException(404, "NotFound", "not found", isTransient: false)
            : WriteAsync((string?)JsonNode.Parse(json.Span)!["metadata"]!["resourceVersion"] == (string?)server.Lease?["metadata"]?["resourceVersion"], json, cancellationToken);

        public Task FollowAsync(RunResource resource, string? @namespace, IObjectHandler handler, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<byte[]?> MergePatchAsync(ObjectAddress address, ReadOnlyMemory<byte> patch, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<byte[]?> ApplyAsync(ObjectAddress address, string fieldManager, bool force, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => throw new NotSupportedException();

        private static KubernetesApiException Away() => new(0, "Unreachable", "Cannot reach the API server.", isTransient: true);

        private async Task<byte[]> WriteAsync(bool fits, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
        {
            if (IsDown)
            {
                throw Away();
            }

            if (StallsBeforeWriting)
            {
                await GiveUpAsync(cancellationToken);
            }

            if (!fits)
            {
                throw new KubernetesApiException(409, "Conflict", "conflict", isTransient: false);
            }

            server.Writes++;
            byte[] stored = server.Stamp(JsonNode.Parse(json.Span)!.AsObject());
            if (StallsAfterWriting)
            {
                await GiveUpAsync(cancellationToken);
            }

            return stored;
        }

        private async Task GiveUpAsync(CancellationToken cancellationToken)
        {
            // Not a delay, whose cancellation goes on in another thread.
            var never = new TaskCompletionSource();
            using var registration = cancellationToken.UnsafeRegister(_ => never.TrySetCanceled(cancellationToken), null);
            try
            {
                await never.Task.ConfigureAwait(false);
            }
            finally
            {
                OnGivenUp?.Invoke();
            }
        }
    }
}
