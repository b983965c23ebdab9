using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Observing;

/// <summary>A resource that is followed in some namespaces, none standing for all: as runs of a kind, as what runs own, or as both.</summary>
internal sealed class FollowedResource(IRunKind? kind, IReadOnlyList<string> namespaces)
{
    private readonly Dictionary<string, Place> places = namespaces.DefaultIfEmpty("").ToDictionary(static n => n, static _ => new Place(), StringComparer.Ordinal);

    public IRunKind? Kind { get; } = kind;

    public bool IsCompanion { get; set; }

    public bool HasListed => places.Values.All(static p => p.HasListed);

    public Place In(string? name) => places[name ?? ""];

    public void ListedAll()
    {
        foreach (var place in places.Values)
        {
            place.HasListed = true;
        }
    }

    /// <summary>The resource in one namespace.</summary>
    internal sealed class Place
    {
        private volatile bool hasListed;

        public LiveRuns Live { get; } = new();

        public bool HasListed { get => hasListed; set => hasListed = value; }
    }
}
