using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Provenance.ArtifactStore.Access.Certificates;

namespace Provenance.ArtifactStore.Tests.Access.Certificates;

public sealed class CertificateNameTests
{
    [Theory]
    [InlineData("CN=robot", "", "robot")]
    [InlineData("CN=robot, O=team", "", "robot")]
    [InlineData("CN=robot", "https://example.com/", "robot")]
    [InlineData("CN=robot", "spiffe://x/ns/a/sa/b", "spiffe://x/ns/a/sa/b")]
    [InlineData("CN=robot", "spiffe://x/ns/a/sa/b spiffe://x/ns/admin/sa/b", null)]
    [InlineData("CN=robot", "spiffe://x/ns/a/sa/b https://example.com/", null)]
    [InlineData("CN=robot, CN=admin", "", null)]
    [InlineData("O=team", "", null)]
    public void The_one_spiffe_id_counts_or_else_the_one_common_name(string subject, string uris, string? expected)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (string uri in uris.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            names.AddUri(new Uri(uri));
        }

        if (uris.Length > 0)
        {
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        CertificateName.Of(certificate).Should().Be(expected);
    }
}
