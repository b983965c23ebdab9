namespace Provenance.Testing.Kubernetes;

/// <summary>An object of the stub.</summary>
internal sealed record StubObject(string Namespace, string Name, long Version, byte[] Json);
