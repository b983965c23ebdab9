using System.Globalization;

namespace Provenance.Watcher.Kubernetes.Leases;

/// <summary>Writes times as the API server demands them.</summary>
internal static class KubernetesTime
{
    /// <summary>A MicroTime: UTC with exactly six digits of a second; the built-in Lease refuses any other number of them.</summary>
    public static string Micro(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
