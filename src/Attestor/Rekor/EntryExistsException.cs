namespace Provenance.Attestor.Rekor;

/// <summary>A log has the entry already and has no way to ask for it, as those of version 2.</summary>
internal sealed class EntryExistsException(string service) : Exception($"The transparency log {service} has the entry already, and does not give it out.")
{
    /// <summary>The log, <c>host[:port]</c>.</summary>
    public string Service => service;
}
