using Provenance.Attestor.Fulcio;
using Provenance.Attestor.Witnesses;

namespace Provenance.Attestor.Keyless;

/// <summary>A signature by a short-lived key, with the certificate of that key.</summary>
/// <param name="Value">The signature, an ASN.1 DER sequence.</param>
/// <param name="Instance">The instance that certified the key.</param>
/// <param name="Certificate">The certificate.</param>
internal sealed record CertifiedSignature(byte[] Value, SigstoreInstance Instance, IssuedCertificate Certificate);
