using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Trust;

/// <summary>
/// A certificate authority or a time stamping authority that is trusted: its certificates, of which each was signed by the next one.
/// The links are verified when the trusted root is read, so that only a leaf is left to verify later.
/// </summary>
public sealed class TrustedAuthority
{
    private TrustedAuthority(string name, Uri? uri, IReadOnlyList<Certificate> chain, ValidityWindow validFor)
    {
        Name = name;
        Uri = uri;
        Chain = chain;
        ValidFor = validFor;
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>Where it is; null where the trusted root does not say.</summary>
    public Uri? Uri { get; }

    /// <summary>When it is trusted.</summary>
    public ValidityWindow ValidFor { get; }

    /// <summary>What kind of key the first certificate holds.</summary>
    public string KeyAlgorithm => Chain[0].Key.Algorithm;

    /// <summary>How many certificates it has.</summary>
    public int ChainLength => Chain.Count;

    /// <summary>The certificates, the root last.</summary>
    internal IReadOnlyList<Certificate> Chain { get; }

    /// <summary>Verifies the links of an authority that issues certificates: every one of the chain may sign certificates.</summary>
    /// <exception cref="EvidenceException"><c>CERT_CHAIN</c> or <c>CERT_INVALID</c>.</exception>
    internal static TrustedAuthority OfCertificates(string name, Uri? uri, IReadOnlyList<Certificate> chain, ValidityWindow validFor)
    {
        VerifyLinks(name, chain, 0, CertificateFields.CodeSigning);
        return new TrustedAuthority(name, uri, chain, validFor);
    }

    /// <summary>Verifies the links of an authority that signs timestamps: its own certificate comes first, for that purpose alone.</summary>
    /// <exception cref="EvidenceException"><c>CERT_CHAIN</c> or <c>CERT_INVALID</c>.</exception>
    internal static TrustedAuthority OfTimestamps(string name, Uri? uri, IReadOnlyList<Certificate> chain, ValidityWindow validFor)
    {
        VerifyLinks(name, chain, 1, CertificateFields.TimeStamping);
        if (CertificateFields.ReadPurposes(chain[0]) is not [CertificateFields.TimeStamping])
        {
            throw Broken(name, "its first certificate is not for time stamping alone");
        }

        return new TrustedAuthority(name, uri, chain, validFor);
    }

    /// <summary>The certificate of the chain that is not valid at a time; null where all are.</summary>
    internal Certificate? FindInvalidAt(DateTimeOffset time) => Chain.FirstOrDefault(certificate => !certificate.IsValidAt(time));

    private static void VerifyLinks(string name, IReadOnlyList<Certificate> chain, int firstAuthority, string purpose)
    {
        if (chain.Count is 0)
        {
            throw Broken(name, "it has no certificate");
        }

        try
        {
            for (int i = 0; i < chain.Count; i++)
            {
                var certificate = chain[i];
                if (certificate.Find(CertificateFields.NameConstraints) is not null)
                {
                    // Not critical, it would be passed over, and the authority could vouch for names that it was never given.
                    throw Broken(name, $"certificate {i + 1} may vouch for certain names only (name constraints), which is not verified here");
                }

                // Those above a certificate bound what it may be used for, as Go and OpenSSL read it too.
                if (!CertificateFields.IsFor(certificate, purpose))
                {
                    throw Broken(name, $"certificate {i + 1} is limited to other purposes than {purpose}");
                }

                if (CertificateFields.FindUnknownCritical(certificate) is { } oid)
                {
                    throw Broken(name, $"certificate {i + 1} has the critical extension {oid}, which is not understood here");
                }

                if (i >= firstAuthority)
                {
                    var (isAuthority, length) = CertificateFields.ReadBasicConstraints(certificate);
                    if (!isAuthority || length < i - firstAuthority || !CertificateFields.MaySignCertificates(certificate))
                    {
                        throw Broken(name, $"certificate {i + 1} may not sign certificates, or not so many below it");
                    }
                }

                // The last one is trusted as it is: usually a root, which signed itself.
                if (i + 1 < chain.Count && !certificate.IsSignedBy(chain[i + 1]))
                {
                    throw Broken(name, $"certificate {i + 1} was not signed by certificate {i + 2}");
                }
            }

            // Fails here rather than at the first bundle.
            _ = chain[0].Key;
        }
        catch (KeyException e)
        {
            throw new EvidenceException("CERT_CHAIN", $"The authority {StrictJson.Excerpt(name)} has a key that cannot be used: {e.Message}", e);
        }
    }

    private static EvidenceException Broken(string name, string what) => new("CERT_CHAIN", $"The chain of the authority {StrictJson.Excerpt(name)} does not hold: {what}.");
}
