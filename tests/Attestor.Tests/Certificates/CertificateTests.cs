using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.Verifying.Bundles;

namespace Provenance.Attestor.Tests.Certificates;

public sealed class CertificateTests
{
    [Fact]
    public void Every_altered_byte_of_a_certificate_ends_in_a_refusal_or_in_another_certificate()
    {
        var sigstore = new PrivateSigstore();
        var issuer = Certificate.Parse(sigstore.RootCertificate);
        byte[] genuine = sigstore.Issue(new LeafOptions());
        Certificate.Parse(genuine).IsSignedBy(issuer).Should().BeTrue();
        for (int place = 0; place < genuine.Length; place++)
        {
            foreach (byte mask in new byte[] { 0x01, 0x10, 0x80, 0xFF })
            {
                byte[] altered = [.. genuine];
                altered[place] ^= mask;

                IsAccepted(altered, issuer).Should().BeFalse("byte {0} was altered by {1}", place, mask);
            }
        }
    }

    private static bool IsAccepted(byte[] encoded, Certificate issuer)
    {
        try
        {
            var certificate = Certificate.Parse(encoded);
            _ = certificate.Key;
            CertificateFields.ReadIdentity(certificate);
            CertificateFields.ReadPurposes(certificate);
            CertificateFields.ReadBasicConstraints(certificate);
            return certificate.IsSignedBy(issuer);
        }
        catch (Exception e) when (e is EvidenceException or KeyException)
        {
            return false;
        }
    }
}
