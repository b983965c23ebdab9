using System.Net;

namespace Provenance.ArtifactStore.Registries;

/// <summary>A name leads to an address that <see cref="AddressGuard"/> does not connect to.</summary>
internal sealed class AddressRefusedException(string host, IPAddress address)
    : IOException($"{host} leads to {address}, which is this machine or its link");
