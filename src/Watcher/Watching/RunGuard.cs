using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Observing;

namespace Provenance.Watcher.Watching;

/// <summary>
/// Puts our finalizer on runs that go on and takes it off once they are journalled. Neither depends on the registry, and a run that is
/// being deleted is never held for longer than <see cref="LongestHold"/>.
/// </summary>
internal sealed class RunGuard(IKubernetesApi api, bool holds, IApiObserver observer, TimeProvider time) : IRunGuard
{
    public const string Finalizer = "provenance.dev/guard";

    public static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(10);

    private const int Workers = 4;
    private const int MaximumTries = 20;

    private readonly Channel<Work> queue = Channel.CreateUnbounded<Work>();
    private readonly ConcurrentDictionary<(string Uid, bool Holds), bool> underWay = new();

    public bool Holds => holds;

    public void Hold(ObjectAddress run, string uid) => Enqueue(new Work(run, uid, Holds: true, 0));

    public void Release(ObjectAddress run, string uid) => Enqueue(new Work(run, uid, Holds: false, 0));

    public void ReleaseLater(ObjectAddress run, string uid) => EnqueueLater(new Work(run, uid, Holds: false, 0), LongestHold);

    /// <summary>Works until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(cancellationToken)));

    private void Enqueue(Work work)
    {
        if (underWay.TryAdd((work.Uid, work.Holds), true))
        {
            queue.Writer.TryWrite(work);
        }
    }

    private void EnqueueLater(Work work, TimeSpan delay)
    {
        if (underWay.TryAdd((work.Uid, work.Holds), true))
        {
            _ = Task.Delay(delay, time).ContinueWith(_ => queue.Writer.TryWrite(work), TaskScheduler.Default);
        }
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await foreach (var work in queue.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            bool again = false;
            try
            {
                await ChangeAsync(work, cancellationToken).ConfigureAwait(false);
            }
            catch (KubernetesApiException e) when (e.IsTransient || e.Status is 409)
            {
                again = work.Tries < MaximumTries;
            }
            catch (KubernetesApiException e)
            {
                observer.Trouble(work.Run.Plural, $"{work.Run.Namespace}/{work.Run.Name} cannot be {(work.Holds ? "guarded" : "let go")}: {e.Message}");
            }

            underWay.TryRemove((work.Uid, work.Holds), out _);
            if (again)
            {
                EnqueueLater(work with { Tries = work.Tries + 1 }, TimeSpan.FromMilliseconds(Math.Min(30_000, 200 << Math.Min(work.Tries, 8))));
            }
        }
    }

    /// <summary>The list of finalizers is replaced as a whole, so that it is read first and the patch holds for this version only.</summary>
    private async Task ChangeAsync(Work work, CancellationToken cancellationToken)
    {
        if (await api.GetAsync(work.Run, cancellationToken).ConfigureAwait(false) is not { } json)
        {
            return;
        }

        using var document = JsonDocument.Parse(json);
        var metadata = document.RootElement.Member("metadata"u8);
        var finalizers = metadata.Items("finalizers"u8).Select(static f => f.GetString()!).ToList();
        bool isDeleting = metadata.Member("deletionTimestamp"u8).Exists();
        if (metadata.Text("uid"u8) != work.Uid || finalizers.Contains(Finalizer) == work.Holds || (work.Holds && isDeleting))
        {
            return;
        }

        if (work.Holds)
        {
            finalizers.Add(Finalizer);
        }
        else
        {
            finalizers.Remove(Finalizer);
        }

        await api.MergePatchAsync(work.Run, Write(work.Uid, metadata.Text("resourceVersion"u8) ?? "", finalizers), cancellationToken).ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte> Write(string uid, string resourceVersion, List<string> finalizers)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("metadata"u8);
            writer.WriteString("uid"u8, uid);
            writer.WriteString("resourceVersion"u8, resourceVersion);
            writer.WriteStartArray("finalizers"u8);
            finalizers.ForEach(writer.WriteStringValue);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private sealed record Work(ObjectAddress Run, string Uid, bool Holds, int Tries);
}
