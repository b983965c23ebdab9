namespace Provenance.Attestor.Certificates;

/// <summary>Who a signing certificate speaks for, as its certificate authority says (fulcio, docs/oid-info.md).</summary>
/// <param name="Subject">The subject alternative name: a URI, an e-mail address, or the text of Sigstore's own kind of name.</param>
/// <param name="Issuer">The OIDC issuer that vouched for the subject; null where the certificate does not say.</param>
public sealed record CertificateIdentity(string Subject, string? Issuer)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Subject} (issuer {Issuer ?? "not named"})";
}
