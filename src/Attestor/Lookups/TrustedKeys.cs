using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Lookups;

/// <summary>The public keys whose signatures the index takes for proof.</summary>
public sealed record TrustedKeys(IReadOnlyList<VerificationKey> Keys);
