using Provenance.Attestor.Fulcio;

namespace Provenance.Attestor.Keyless;

/// <summary>A signature by a short-lived key, with the certificate of that key.</summary>
/// <param name="Value">The signature, an ASN.1 DER sequence.</param>
/// <param name="Certificate">The certificate.</param>
internal sealed record CertifiedSignature(byte[] Value, IssuedCertificate Certificate);
