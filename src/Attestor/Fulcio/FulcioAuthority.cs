using System.Net;
using System.Text;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Identities;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Transparency;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Fulcio;

/// <summary>Gets certificates for keys of ours. A certificate that verifiers would refuse is refused here, before anything is signed with it.</summary>
/// <param name="url">The authority, without the path of its interface.</param>
/// <param name="connection">Carries the requests.</param>
/// <param name="root">Whom verifiers trust.</param>
/// <param name="needsCertificateLog">Whether verifiers ask for the promise of a certificate log.</param>
/// <param name="time">The clock.</param>
internal sealed class FulcioAuthority(Uri url, ServiceConnection connection, TrustedRoot root, bool needsCertificateLog, TimeProvider time)
{
    private const string Service = "certificate authority";

    private static readonly HashSet<HttpStatusCode> Answers = [HttpStatusCode.OK, HttpStatusCode.Created];

    /// <summary>How much later than ours the authority's clock may be. Whether a signature's time is right, witnesses decide.</summary>
    public static TimeSpan ClockDifference { get; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a certificate must last after a signature, so that witnesses see the signature within it although they, or the clock, are slow.</summary>
    public static TimeSpan Reserve { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets a certificate for a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="token">Says for whom.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SigningServiceException">The authority refused, is away, or answered what does not hold.</exception>
    public async Task<IssuedCertificate> CertifyAsync(KeySigner key, IdentityToken token, CancellationToken cancellationToken)
    {
        var answer = await connection.SendAsync(
            new ServiceRequest
            {
                Service = Service,
                Method = HttpMethod.Post,
                Uri = new Uri(url.AbsoluteUri.TrimEnd('/') + "/api/v2/signingCert"),
                Body = CertificateRequestBody.Write(token.Raw, key.PublicKey, key.Sign(Encoding.UTF8.GetBytes(token.SubjectToProve))),
                Secret = token.Raw,
                ContentType = "application/json",
                Accept = "application/json",
                MaximumSize = CertificateAnswer.MaximumSize,
                Expected = Answers,
            },
            cancellationToken).ConfigureAwait(false);
        try
        {
            return Verify(CertificateAnswer.Read(answer.Body), key.PublicKey, token);
        }
        catch (EvidenceException e)
        {
            string found = e is { Expected: { } expected, Actual: { } actual } ? $" Expected {expected}, found {actual}." : "";
            throw new SigningServiceException(
                SigningServiceException.BadAnswer, $"The {Service} {url.Authority} issued a certificate that does not hold. {e.Code}: {e.Message}{found}", innerException: e)
            {
                Service = url.Authority,
            };
        }
    }

    private IssuedCertificate Verify(Certificate certificate, VerificationKey key, IdentityToken token)
    {
        if (!certificate.SubjectPublicKeyInfo.Span.SequenceEqual(key.SubjectPublicKeyInfo))
        {
            throw new EvidenceException("CERT_INVALID", "The certificate is for another key than the one that was sent.");
        }

        var now = time.GetUtcNow();
        if (certificate.NotBefore > now + ClockDifference || certificate.NotAfter <= now + Reserve)
        {
            throw new EvidenceException("TIME_OUT_OF_RANGE", "The certificate is not valid now and for a while. Is this machine's clock right?")
            {
                Expected = $"valid from {ValidityWindow.Text(now)} to {ValidityWindow.Text(now + Reserve)} at least",
                Actual = new ValidityWindow(certificate.NotBefore, certificate.NotAfter).ToString(),
            };
        }

        var signing = now > certificate.NotBefore ? now : certificate.NotBefore;
        var issuer = IssuerFinder.Find(certificate, [certificate.Encoded], [new VerifiedTime(signing, "this machine's clock")], root.CertificateAuthorities);
        if (needsCertificateLog)
        {
            CertificateTransparency.Verify(certificate, issuer, root.CertificateLogs);
        }

        var identity = CertificateFields.ReadIdentity(certificate);
        RequireOwn(identity, token);
        return new IssuedCertificate(certificate, identity);
    }

    // How an authority names machines is its own affair. People it names by their address, workflows by the claim for it, and what is an
    // address itself it takes over (fulcio, docs/oidc.md).
    private static void RequireOwn(CertificateIdentity identity, IdentityToken token)
    {
        // A provider that lets people log in elsewhere may leave it to that place to vouch for them.
        bool isVouchedFor = identity.Issuer == token.Issuer || (token is { Email: not null, FederatedIssuer: { } elsewhere } && identity.Issuer == elsewhere);
        if (!isVouchedFor)
        {
            throw new EvidenceException("IDENTITY", "The certificate names another issuer than the identity token.")
            {
                Expected = StrictJson.Excerpt(token.Issuer),
                Actual = StrictJson.Excerpt(identity.Issuer ?? "no issuer"),
            };
        }

        bool isAddress = Uri.TryCreate(token.Subject, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" or "spiffe";
        bool isOwn = identity.Subject == token.Email
            || identity.Subject == token.Subject
            || (token.Workflow is { Length: > 0 } workflow
                ? identity.Subject.StartsWith("https://", StringComparison.Ordinal) && identity.Subject.EndsWith($"/{workflow}", StringComparison.Ordinal)
                : token.Email is null && !isAddress);
        if (!isOwn)
        {
            throw new EvidenceException("IDENTITY", "The certificate names somebody else than the identity token.")
            {
                Expected = StrictJson.Excerpt(token.Workflow ?? token.SubjectToProve),
                Actual = StrictJson.Excerpt(identity.Subject),
            };
        }
    }
}
