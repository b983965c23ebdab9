using System.Collections.Concurrent;
using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Tests.Serving.Access;

/// <summary>Remembers why requests were refused.</summary>
internal sealed class Refusals : IAccessObserver
{
    private readonly ConcurrentQueue<string> reasons = new();

    public IReadOnlyList<string> Reasons => [.. reasons];

    public void Refused(string reason) => reasons.Enqueue(reason);

    public void Trouble(string sentence) => throw new InvalidOperationException(sentence);
}
