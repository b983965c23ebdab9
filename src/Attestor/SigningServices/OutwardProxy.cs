using System.Net;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.SigningServices;

/// <summary>Uses a proxy for all but this machine: what stays here may be unencrypted, and so must not leave.</summary>
internal sealed class OutwardProxy(IWebProxy system) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => system.Credentials;
        set => system.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => ThisMachine.Has(destination) ? null : system.GetProxy(destination);

    public bool IsBypassed(Uri host) => ThisMachine.Has(host) || system.IsBypassed(host);
}
