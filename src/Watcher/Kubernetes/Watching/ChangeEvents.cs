using System.Text.Json;
using Provenance.Watcher.Kubernetes.Requests;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>Tells a handler what the lines of a watch say.</summary>
internal static class ChangeEvents
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="KubernetesApiException">It is no event.</exception>
    public static WatchLine Parse(ApiRequest request, ReadOnlySpan<byte> line)
    {
        try
        {
            return WatchLine.Parse(line);
        }
        catch (JsonException)
        {
            throw ApiFailure.Malformed(request, "a line of the stream is no event");
        }
    }

    /// <summary>Tells the handler of an event; an object that was added counts as the change that is given.</summary>
    /// <exception cref="KubernetesApiException">The event is an error of the server.</exception>
    public static ValueTask TellAsync(
        IObjectHandler handler, ServedResource served, ApiRequest request, ReadOnlyMemory<byte> line, WatchLine parsed, ObjectChange added, CancellationToken cancellationToken) => parsed.Kind switch
        {
            WatchEventKind.Added => handler.ObserveAsync(served, added, line[parsed.Object], cancellationToken),
            WatchEventKind.Modified => handler.ObserveAsync(served, ObjectChange.Modified, line[parsed.Object], cancellationToken),
            WatchEventKind.Deleted => handler.ObserveAsync(served, ObjectChange.Deleted, line[parsed.Object], cancellationToken),
            WatchEventKind.Error => throw ApiFailure.Of(request, ApiStatus.Parse(line[parsed.Object])),
            _ => ValueTask.CompletedTask,
        };
}
