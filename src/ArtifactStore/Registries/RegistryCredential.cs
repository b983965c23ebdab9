using System.Net.Http.Headers;
using System.Text;

namespace Provenance.ArtifactStore.Registries;

/// <summary>A user name and password. The text form shows neither.</summary>
internal sealed class RegistryCredential(string user, string password)
{
    /// <summary>The header of HTTP Basic authentication (RFC 7617).</summary>
    public AuthenticationHeaderValue Header { get; } = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    /// <inheritdoc/>
    public override string ToString() => "(credential)";
}
