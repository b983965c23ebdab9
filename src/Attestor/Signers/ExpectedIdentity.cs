using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Signers;

/// <summary>Whose signature counts: the name in the certificate and the issuer that vouched for it. Neither means anything without the other.</summary>
/// <param name="Subject">The subject alternative name.</param>
/// <param name="Issuer">The OIDC issuer.</param>
public sealed record ExpectedIdentity(TextPattern Subject, TextPattern Issuer)
{
    /// <summary>Verifies that the certificate names this identity.</summary>
    /// <exception cref="EvidenceException"><c>IDENTITY</c>.</exception>
    public void Verify(CertificateIdentity? identity)
    {
        if (identity is not { Issuer: { } issuer } || !Issuer.IsMatch(issuer))
        {
            throw new EvidenceException("IDENTITY", "The certificate's identity was vouched for by another issuer.")
            {
                Expected = Issuer.ToString(),
                Actual = StrictJson.Excerpt(identity?.Issuer ?? "no issuer"),
            };
        }

        if (!Subject.IsMatch(identity.Subject))
        {
            throw new EvidenceException("IDENTITY", "The certificate names another identity.") { Expected = Subject.ToString(), Actual = Excerpt(identity.Subject) };
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Subject} (issuer {Issuer})";

    // Names of workflows are long, and differ at their ends.
    private static string Excerpt(string name) => name.Length <= 80 ? StrictJson.Excerpt(name) : StrictJson.Excerpt(name[..40]) + "..." + StrictJson.Excerpt(name[^37..]);
}
