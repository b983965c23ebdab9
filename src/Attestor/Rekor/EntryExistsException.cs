namespace Provenance.Attestor.Rekor;

/// <summary>A log of version 2 has the entry already, and does not say where, or serves its tree at another address.</summary>
internal sealed class EntryExistsException(string service) : Exception($"The transparency log {service} has the entry already, and does not give it out.")
{
    /// <summary>The log, <c>host[:port]</c>.</summary>
    public string Service => service;
}
