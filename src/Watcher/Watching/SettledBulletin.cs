using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Provenance.Watcher.Dispatching;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Watching;

/// <summary>
/// Tells the other replicas which runs are settled, so that they need not keep them: the keys of the last thousand in an annotation of one
/// Lease, written every five seconds or five hundred runs and never for nothing. A replica that misses a bulletin keeps a few runs longer
/// than needed, and finds their attestations when it takes over.
/// </summary>
internal sealed class SettledBulletin(IKubernetesApi api, ShardingOptions options, RunLedger ledger, Outbox outbox, IApiObserver observer, TimeProvider time) : IObjectHandler
{
    public const string Annotation = "provenance.dev/settled";

    private const string Label = "provenance.dev/bulletin";
    private const int Kept = 1000;
    private const int AtMostUnsaid = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortInterval = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly Queue<RunKey> keys = new();
    private int unsaid;

    /// <summary>A run of ours is settled.</summary>
    public void Add(RunKey key)
    {
        lock (gate)
        {
            keys.Enqueue(key);
            unsaid++;
            if (keys.Count > Kept)
            {
                keys.Dequeue();
            }
        }
    }

    /// <summary>Writes and reads bulletins until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        WriteAsync(cancellationToken),
        api.FollowAsync(
            new RunResource { Group = "coordination.k8s.io", Versions = ["v1"], Plural = "leases", Kind = "Lease", LabelSelector = $"{Label}={options.LeaseName}" },
            options.Namespace,
            this,
            cancellationToken));

    public ValueTask ListStartedAsync(ServedResource resource, ListCause cause, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask ListCompletedAsync(ServedResource resource, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask ObserveAsync(ServedResource resource, ObjectChange change, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(json);
        var metadata = document.RootElement.Member("metadata"u8);
        if (metadata.Text("name"u8) == NameOf(options.Identity) || metadata.Member("annotations"u8).Text(Annotation) is not { } text)
        {
            return ValueTask.CompletedTask;
        }

        byte[] bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out int length) || length % RunKey.Length is not 0 || length > Kept * RunKey.Length)
        {
            observer.Trouble("leases.coordination.k8s.io", $"the bulletin {metadata.Text("name"u8)} cannot be read and is passed over.");
            return ValueTask.CompletedTask;
        }

        for (int i = 0; i < length; i += RunKey.Length)
        {
            Take(RunKey.Read(bytes.AsSpan(i)));
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>A run that is ours is not given up on another's word.</summary>
    private void Take(RunKey key)
    {
        if (ledger.Find(key) is { State: not Journals.JournalState.Signed } entry && outbox.TryDrop(entry))
        {
            ledger.Settle(entry, new SettledRun("settledElsewhere", time.GetUtcNow()));
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        long last = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(ShortInterval, time, cancellationToken).ConfigureAwait(false);
            RunKey[] said;
            int count;
            lock (gate)
            {
                if (unsaid is 0 || (unsaid < AtMostUnsaid && time.GetElapsedTime(last) < Interval))
                {
                    continue;
                }

                (said, count, unsaid) = ([.. keys], unsaid, 0);
            }

            last = time.GetTimestamp();
            try
            {
                await api.ApplyAsync(AddressOf(options.Identity), "provenance", force: true, Write(said), cancellationToken).ConfigureAwait(false);
            }
            catch (KubernetesApiException e)
            {
                observer.Trouble("leases.coordination.k8s.io", $"the other replicas cannot be told what is settled: {e.Message}");
                lock (gate)
                {
                    unsaid += count;
                }
            }
        }
    }

    private ObjectAddress AddressOf(string identity) =>
        new() { Group = "coordination.k8s.io", Version = "v1", Plural = "leases", Namespace = options.Namespace, Name = NameOf(identity) };

    private string NameOf(string identity) => string.Create(CultureInfo.InvariantCulture, $"{options.LeaseName}-settled-{identity.ToLowerInvariant()}");

    private ReadOnlyMemory<byte> Write(RunKey[] said)
    {
        byte[] bytes = new byte[said.Length * RunKey.Length];
        for (int i = 0; i < said.Length; i++)
        {
            said[i].Write(bytes.AsSpan(i * RunKey.Length));
        }

        var buffer = new ArrayBufferWriter<byte>(bytes.Length * 2);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion"u8, "coordination.k8s.io/v1"u8);
            writer.WriteString("kind"u8, "Lease"u8);
            writer.WriteStartObject("metadata"u8);
            writer.WriteString("name"u8, NameOf(options.Identity));
            writer.WriteString("namespace"u8, options.Namespace);
            writer.WriteStartObject("labels"u8);
            writer.WriteString(Label, options.LeaseName);
            writer.WriteEndObject();
            writer.WriteStartObject("annotations"u8);
            writer.WriteBase64String(Annotation, bytes);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteStartObject("spec"u8);
            writer.WriteString("holderIdentity"u8, options.Identity);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
