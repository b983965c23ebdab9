using System.Collections.Concurrent;
using Provenance.Watcher.Kubernetes;

namespace Provenance.Watcher.Tests.Kubernetes;

/// <summary>Remembers what an observer is told.</summary>
internal sealed class RecordingObserver : IApiObserver
{
    private readonly ConcurrentQueue<string> requests = new();
    private readonly ConcurrentQueue<string> listings = new();
    private readonly ConcurrentQueue<string> unserved = new();
    private readonly ConcurrentQueue<string> troubles = new();

    public IReadOnlyList<string> Requests => [.. requests];

    public IReadOnlyList<string> Listings => [.. listings];

    public IReadOnlyList<string> UnservedResources => [.. unserved];

    public IReadOnlyList<string> Troubles => [.. troubles];

    public void Request(string verb, string resource, int status) => requests.Enqueue($"{verb} {resource} {status}");

    public void Listed(string resource, ListCause cause) => listings.Enqueue($"{resource} {cause}");

    public void Unserved(string resource) => unserved.Enqueue(resource);

    public void Trouble(string resource, string sentence) => troubles.Enqueue(sentence);
}
