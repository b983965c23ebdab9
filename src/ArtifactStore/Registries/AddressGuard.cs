using System.Net;
using System.Net.Sockets;

namespace Provenance.ArtifactStore.Registries;

/// <summary>
/// Connects to registries that others name, but not to this machine or its link: what listens there trusts whoever gets through.
/// It looks at the address that is connected to, so that no name, redirect or token service leads around it.
/// </summary>
internal static class AddressGuard
{
    /// <summary>Opens a connection for an <see cref="HttpClient"/>.</summary>
    /// <exception cref="AddressRefusedException">The name leads to an address that is not for others.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var target = context.DnsEndPoint;

        // The operator's proxy may well run on this machine; it has rules of its own for where it goes.
        bool isProxy = context.InitialRequestMessage.RequestUri is { } address && (address.IdnHost != target.Host || address.Port != target.Port);
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false);
        if (!isProxy && Array.Find(addresses, IsLocal) is { } refused)
        {
            throw new AddressRefusedException(target.Host, refused);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an address is this machine, its link (where clouds keep their metadata), nowhere, or a group.</summary>
    public static bool IsLocal(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            return true;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6LinkLocal || address.IsIPv6Multicast;
        }

        byte[] bytes = address.GetAddressBytes();
        return bytes[0] is 0 or >= 224 || (bytes[0] == 169 && bytes[1] == 254);
    }
}
