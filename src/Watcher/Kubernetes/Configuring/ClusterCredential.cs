using System.Security.Cryptography.X509Certificates;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>What identifies us at one moment. A class, not a record: nothing may print it.</summary>
internal sealed class ClusterCredential(string? authorization, X509Certificate2? certificate)
{
    /// <summary>The value of the Authorization header; null for none.</summary>
    public string? Authorization => authorization;

    /// <summary>The client certificate with its key; null for none.</summary>
    public X509Certificate2? Certificate => certificate;
}
