using System.Collections.Concurrent;
using System.Text.Json;
using Provenance.Watcher.Kubernetes;

namespace Provenance.Watcher.Tests.Kubernetes;

/// <summary>Remembers what a handler is told: <c>start Start</c>, <c>Listed a</c>, <c>complete</c>, <c>Modified a</c>.</summary>
internal sealed class RecordingHandler : IObjectHandler
{
    private readonly ConcurrentQueue<string> calls = new();

    public IReadOnlyList<string> Calls => [.. calls];

    public ServedResource? Served { get; private set; }

    /// <summary>Is called with every object's name.</summary>
    public Func<string, ValueTask>? OnObject { get; init; }

    public ValueTask ListStartedAsync(ServedResource resource, ListCause cause, CancellationToken cancellationToken)
    {
        Served = resource;
        calls.Enqueue($"start {cause}");
        return ValueTask.CompletedTask;
    }

    public async ValueTask ObserveAsync(ServedResource resource, ObjectChange change, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(json);
        string name = document.RootElement.GetProperty("metadata").GetProperty("name").GetString()!;
        if (OnObject is not null)
        {
            await OnObject(name);
        }

        calls.Enqueue($"{change} {name}");
    }

    public ValueTask ListCompletedAsync(ServedResource resource, CancellationToken cancellationToken)
    {
        calls.Enqueue("complete");
        return ValueTask.CompletedTask;
    }
}
