using System.Formats.Asn1;
using System.Text;
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

    [Theory]
    [InlineData("20260102031300Z", true)]
    [InlineData("20260102031300.5Z", false)]
    [InlineData("20260102031300.0Z", false)]
    [InlineData("20260102031300+0000", false)]
    public void Times_have_neither_fractions_nor_offsets(string end, bool isRead)
    {
        byte[] genuine = new PrivateSigstore().Issue(new LeafOptions());
        var read = () => Certificate.Parse(Until(genuine, end));

        if (isRead)
        {
            read().NotAfter.Should().Be(new DateTimeOffset(2026, 1, 2, 3, 13, 0, TimeSpan.Zero));
        }
        else
        {
            read.Should().Throw<EvidenceException>().Which.Code.Should().Be("CERT_INVALID");
        }
    }

    // The certificate, ending at a GeneralizedTime.
    private static byte[] Until(byte[] certificate, string end)
    {
        var outer = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
        var body = outer.ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                // Version, number, algorithm and issuer come before the validity.
                for (int i = 0; body.HasData; i++)
                {
                    if (i is not 4)
                    {
                        writer.WriteEncodedValue(body.ReadEncodedValue().Span);
                        continue;
                    }

                    var validity = body.ReadSequence();
                    using (writer.PushSequence())
                    {
                        writer.WriteEncodedValue(validity.ReadEncodedValue().Span);
                        writer.WriteEncodedValue([24, (byte)end.Length, .. Encoding.ASCII.GetBytes(end)]);
                    }
                }
            }

            writer.WriteEncodedValue(outer.ReadEncodedValue().Span);
            writer.WriteEncodedValue(outer.ReadEncodedValue().Span);
        }

        return writer.Encode();
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
