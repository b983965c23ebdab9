using System.Text;
using Provenance.Attestor.Keyless;
using Provenance.Attestor.Lookups;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Trust;

namespace Provenance.Cli.Hosting;

/// <summary>
/// As whom a process signs that serves look-ups: they know the identity from its first certificate on, and take up the trusted root and
/// the demands of signing when these are replaced. Both are kept in the data folder for the next process.
/// </summary>
internal sealed class FollowedIdentity
{
    private readonly Lock turn = new();
    private readonly DataLayout layout;
    private readonly KeylessBundleSigner signer;
    private readonly string? rootFile;
    private OwnIdentity own;
    private SignatureVerifier verifier;
    private TrustedCertificates certificates;

    /// <param name="layout">The data folder.</param>
    /// <param name="signer">Who signs.</param>
    /// <param name="rootFile">The trusted root; null for that of the public instance.</param>
    /// <param name="before">The identity of the process before; null where there was none.</param>
    public FollowedIdentity(DataLayout layout, KeylessBundleSigner signer, string? rootFile, OwnIdentity? before)
    {
        (this.layout, this.signer, this.rootFile) = (layout, signer, rootFile);
        verifier = signer.Verifier;
        own = Describe(before?.Subject, before?.Issuer);
        certificates = own.Certificates();
        Trusted = OwnIdentity.Trusted(layout, null, own);
        Trusted.Renewal = Renew;
        signer.IdentityLearned = identity =>
        {
            lock (turn)
            {
                own = own with { Subject = identity.Subject, Issuer = identity.Issuer };
                own.Save(layout);
            }

            Trusted.Identity = identity;
        };
    }

    /// <summary>Whom look-ups trust.</summary>
    public TrustedSigners Trusted { get; }

    private TrustedCertificates Renew()
    {
        lock (turn)
        {
            var newest = signer.Verifier;
            if (!ReferenceEquals(newest, verifier))
            {
                TakeUp(newest);
            }

            return certificates;
        }
    }

    private void TakeUp(SignatureVerifier newest)
    {
        try
        {
            var described = Describe(own.Subject, own.Issuer);
            certificates = described.Certificates();
            own = described;
        }
        catch (Exception e) when (e is CommandException or TrustedRootException or IOException or UnauthorizedAccessException)
        {
            // The file was replaced once more since signing read it, which warns of what cannot be used. The next look-up tries again.
            return;
        }

        verifier = newest;
        if (own.Subject is not null)
        {
            own.Save(layout);
        }
    }

    private OwnIdentity Describe(string? subject, string? issuer) => new(
        subject,
        issuer,
        rootFile is null ? null : Encoding.UTF8.GetString(SmallFile.Read(rootFile, "trusted root", TrustedRoot.MaximumSize)),
        signer.Demands.LogEntry,
        signer.Demands.CertificateLog);
}
