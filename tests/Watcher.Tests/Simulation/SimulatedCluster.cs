using System.Text;
using Provenance.Watcher.Kubernetes;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>The objects of an API server and the history of their changes, one resource at a time.</summary>
internal sealed class SimulatedCluster(SimulatedWorld world)
{
    private readonly Dictionary<string, Collection> collections = [];
    private long version;

    /// <summary>Whether the server answers.</summary>
    public bool IsDown { get; set; }

    /// <summary>How often a watch breaks off, is too old, or repeats itself: percent of the events.</summary>
    public double Unrest { get; set; }

    public Collection Of(string plural)
    {
        if (!collections.TryGetValue(plural, out var collection))
        {
            collections[plural] = collection = new Collection();
        }

        return collection;
    }

    /// <summary>Stores an object; <c>$VERSION</c> in it becomes its version.</summary>
    public void Put(string plural, string uid, string json)
    {
        var collection = Of(plural);
        byte[] bytes = Encoding.UTF8.GetBytes(json.Replace("$VERSION", $"{++version}", StringComparison.Ordinal));
        var change = collection.Objects.ContainsKey(uid) ? ObjectChange.Modified : ObjectChange.Added;
        collection.Objects[uid] = bytes;
        collection.Changes.Add((change, uid, bytes));
        world.Tell($"cluster {plural} {uid} {change}");
    }

    public void Delete(string plural, string uid)
    {
        var collection = Of(plural);
        if (collection.Objects.Remove(uid, out byte[]? last))
        {
            version++;
            collection.Changes.Add((ObjectChange.Deleted, uid, last));
            world.Tell($"cluster {plural} {uid} Deleted");
        }
    }

    internal sealed class Collection
    {
        public Dictionary<string, byte[]> Objects { get; } = [];

        public List<(ObjectChange Change, string Uid, byte[] Json)> Changes { get; } = [];
    }
}
