using Provenance.Attestor.Certificates;

namespace Provenance.Attestor.Fulcio;

/// <summary>A signing certificate for a key of ours, verified under the trusted root.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Identity">Whom it names, and who vouched for that; the issuer is always there.</param>
internal sealed record IssuedCertificate(Certificate Certificate, CertificateIdentity Identity);
