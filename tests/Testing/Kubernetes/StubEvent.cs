namespace Provenance.Testing.Kubernetes;

/// <summary>What a watch of the stub sends: an object's change, or something that goes wrong once.</summary>
internal sealed class StubEvent(string type, long version, ReadOnlyMemory<byte> item, string @namespace)
{
    private int taken;

    public string Type => type;

    public long Version => version;

    public ReadOnlyMemory<byte> Object => item;

    public string Namespace => @namespace;

    /// <summary>Whether the event is for the first watch only that meets it.</summary>
    public bool IsOnce { get; init; }

    /// <summary>Whether it is for the next watch that comes.</summary>
    public bool IsWaiting => IsOnce && Volatile.Read(ref taken) is 0;

    /// <summary>Whether this watch is the one that gets it.</summary>
    public bool Take() => !IsOnce || Interlocked.Exchange(ref taken, 1) is 0;
}
