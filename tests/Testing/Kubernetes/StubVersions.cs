namespace Provenance.Testing.Kubernetes;

/// <summary>The one counter from which all resourceVersions of a stub come.</summary>
internal sealed class StubVersions
{
    private long current = 1000;

    public long Current => Interlocked.Read(ref current);

    public long Next() => Interlocked.Increment(ref current);
}
