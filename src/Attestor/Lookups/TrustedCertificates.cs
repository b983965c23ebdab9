using Provenance.Attestor.Signers;

namespace Provenance.Attestor.Lookups;

/// <summary>Which certificates hold.</summary>
/// <param name="Verifier">Tells it.</param>
/// <param name="Mark">Changes when <paramref name="Verifier"/> trusts somebody else, or demands something else.</param>
public sealed record TrustedCertificates(SignatureVerifier Verifier, string Mark);
