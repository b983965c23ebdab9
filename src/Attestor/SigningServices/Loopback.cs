using System.Net;

namespace Provenance.Attestor.SigningServices;

/// <summary>Tells which addresses stay on this machine.</summary>
internal static class Loopback
{
    /// <summary>Whether the host is localhost or a loopback address (RFC 6761, section 6.3). <see cref="Uri.IsLoopback"/> takes any host called <c>loopback</c> for one.</summary>
    public static bool Has(Uri uri) =>
        uri.DnsSafeHost.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(uri.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));
}
