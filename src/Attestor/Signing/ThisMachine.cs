using System.Net;

namespace Provenance.Attestor.Signing;

/// <summary>Tells which addresses stay on this machine.</summary>
internal static class ThisMachine
{
    /// <summary>Whether the host is <c>localhost</c> or a loopback address; <see cref="Uri.IsLoopback"/> believes other names too.</summary>
    public static bool Has(Uri address) =>
        address.IdnHost is "localhost" || (IPAddress.TryParse(address.IdnHost, out var parsed) && IPAddress.IsLoopback(parsed));
}
