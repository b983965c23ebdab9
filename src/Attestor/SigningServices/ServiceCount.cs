namespace Provenance.Attestor.SigningServices;

/// <summary>How many services of a kind a signing config wants to be used (sigstore_trustroot.proto, ServiceConfiguration).</summary>
/// <param name="Selector">The rule.</param>
/// <param name="Count">The number for <see cref="ServiceSelector.Exact"/>; zero otherwise.</param>
public readonly record struct ServiceCount(ServiceSelector Selector, int Count);
