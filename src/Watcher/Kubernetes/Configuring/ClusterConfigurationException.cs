namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>The way to a cluster cannot be read or used; the message names the file and the entry, and never a secret.</summary>
public sealed class ClusterConfigurationException(string message, Exception? innerException = null) : Exception(message, innerException);
