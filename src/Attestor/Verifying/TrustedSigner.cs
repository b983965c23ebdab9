using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Verifying;

/// <summary>A key whose signatures count, under the name by which policies speak of it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Key">The key.</param>
public sealed record TrustedSigner(string Name, VerificationKey Key);
