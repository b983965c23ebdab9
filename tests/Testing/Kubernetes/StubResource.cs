using System.Text.Json.Nodes;

namespace Provenance.Testing.Kubernetes;

/// <summary>One resource of the stub: its objects as bytes, and the changes that watches send.</summary>
public sealed class StubResource
{
    private readonly Lock gate = new();
    private readonly StubVersions versions;
    private readonly Dictionary<(string Namespace, string Name), StubObject> objects = [];
    private readonly List<StubEvent> events = [];
    private StubObject[]? sorted;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal StubResource(string group, string version, string plural, StubVersions versions)
    {
        (Group, Version, Plural) = (group, version, plural);
        this.versions = versions;
    }

    /// <summary>The API group.</summary>
    public string Group { get; }

    /// <summary>The version of the group.</summary>
    public string Version { get; }

    /// <summary>The plural.</summary>
    public string Plural { get; }

    /// <summary>The plural with its group.</summary>
    public string FullName => Group.Length is 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>Stores an object; <paramref name="json"/> is given the resourceVersion that it must carry.</summary>
    /// <param name="namespace">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="json">Makes its bytes.</param>
    /// <param name="isLogged">False for one of many that are there before anybody watches.</param>
    public void Store(string @namespace, string name, Func<long, byte[]> json, bool isLogged = true)
    {
        ArgumentNullException.ThrowIfNull(json);
        lock (gate)
        {
            long version = versions.Next();
            byte[] bytes = json(version);
            bool existed = objects.ContainsKey((@namespace, name));
            objects[(@namespace, name)] = new StubObject(@namespace, name, version, bytes);
            sorted = null;
            if (isLogged)
            {
                Log(new StubEvent(existed ? "MODIFIED" : "ADDED", version, bytes, @namespace));
            }
        }
    }

    /// <summary>The bytes of an object that is there.</summary>
    public byte[] Bytes(string @namespace, string name) => Find(@namespace, name)!.Json;

    /// <summary>Changes an object that is there.</summary>
    public void Change(string @namespace, string name, Action<JsonNode> change) => Update(@namespace, name, existing =>
    {
        var node = JsonNode.Parse(existing!.Json)!;
        change(node);
        return node;
    });

    /// <summary>Deletes an object.</summary>
    public void Delete(string @namespace, string name)
    {
        lock (gate)
        {
            if (objects.Remove((@namespace, name), out var last))
            {
                sorted = null;
                long version = versions.Next();
                var node = JsonNode.Parse(last.Json)!;
                node["metadata"]!["resourceVersion"] = $"{version}";
                Log(new StubEvent("DELETED", version, System.Text.Encoding.UTF8.GetBytes(node.ToJsonString()), @namespace));
            }
        }
    }

    /// <summary>Sends a bookmark to one watch.</summary>
    public void Bookmark() => Inject("BOOKMARK", $$$"""{"metadata":{"resourceVersion":"{{{versions.Current}}}"} }""");

    /// <summary>Moves the version on without a change here, and says so by a bookmark.</summary>
    public void Advance()
    {
        versions.Next();
        Bookmark();
    }

    /// <summary>Sends an ERROR event to one watch and ends it.</summary>
    public void Error(int code, string reason, int? retryAfter = null) => Inject("ERROR", StubStatus.Json(code, reason, "scripted", retryAfter: retryAfter));

    /// <summary>Ends one watch as its timeout would.</summary>
    public void End() => Inject("END", "");

    /// <summary>Breaks one watch off in the midst of a line.</summary>
    public void Cut() => Inject("CUT", "");

    /// <summary>Sends raw text to one watch.</summary>
    public void SendRaw(string text) => Inject("RAW", text);

    internal StubObject? Find(string @namespace, string name)
    {
        lock (gate)
        {
            return objects.GetValueOrDefault((@namespace, name));
        }
    }

    /// <summary>Changes an object with nobody between reading and writing; null leaves it as it is.</summary>
    internal StubObject? Update(string @namespace, string name, Func<StubObject?, JsonNode?> change)
    {
        lock (gate)
        {
            if (change(objects.GetValueOrDefault((@namespace, name))) is { } node)
            {
                Store(@namespace, name, version =>
                {
                    node["metadata"]!["resourceVersion"] = $"{version}";
                    return System.Text.Encoding.UTF8.GetBytes(node.ToJsonString());
                });
            }

            return objects.GetValueOrDefault((@namespace, name));
        }
    }

    internal (StubObject[] Objects, long Version) Snapshot()
    {
        lock (gate)
        {
            sorted ??= [.. objects.Values.OrderBy(static o => o.Namespace, StringComparer.Ordinal).ThenBy(static o => o.Name, StringComparer.Ordinal)];
            return (sorted, versions.Current);
        }
    }

    /// <summary>Where a watch from a version begins in the changes.</summary>
    internal int PositionAfter(long version)
    {
        lock (gate)
        {
            return events.FindIndex(e => e.Version > version || e.IsWaiting) is >= 0 and var index ? index : events.Count;
        }
    }

    internal IReadOnlyList<StubEvent> EventsFrom(ref int position, out Task more)
    {
        lock (gate)
        {
            more = changed.Task;
            if (position > events.Count)
            {
                position = events.Count;
            }

            var found = events[position..];
            position = events.Count;
            return found;
        }
    }

    private void Inject(string type, string text)
    {
        lock (gate)
        {
            Log(new StubEvent(type, versions.Current, System.Text.Encoding.UTF8.GetBytes(text), "") { IsOnce = true });
        }
    }

    private void Log(StubEvent logged)
    {
        events.Add(logged);
        var waiting = changed;
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.SetResult();
    }
}
