namespace Provenance.Testing.Kubernetes;

/// <summary>A request as the stub saw it.</summary>
/// <param name="Verb">get, list, watch, create, update, patch or apply.</param>
/// <param name="Resource">The plural with its group: <c>taskruns.tekton.dev</c>.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Protocol">Such as HTTP/2.</param>
/// <param name="Authorization">The header; empty without one.</param>
/// <param name="Connection">The connection it came on.</param>
/// <param name="Client">The subject of the client certificate; empty without one.</param>
public sealed record StubRequest(string Verb, string Resource, string Target, string Protocol, string Authorization, string Connection, string Client);
