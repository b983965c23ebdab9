using Provenance.Attestor.Keyless;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Witnesses;

namespace Provenance.Attestor.Tests.Keyless;

public sealed class PublicInstanceTests
{
    [Fact]
    public void The_built_in_files_of_the_public_instance_belong_together()
    {
        using var http = ServiceClient.Create();
        var root = TrustedRoot.ReadPublicGood();
        var instance = new SigstoreInstance(SigningConfig.ReadPublicGood(), root, http, TimeProvider.System);

        using var signer = new KeylessBundleSigner(instance, new ChosenTokens(static () => "", TimeProvider.System), new KeylessOptions());

        signer.Services.Should().Equal("fulcio.sigstore.dev", "timestamp.sigstore.dev", "rekor.sigstore.dev");
        root.Logs.Select(static log => log.BaseUrl.Host).Should().Contain("rekor.sigstore.dev");
        root.CertificateAuthorities.Select(static authority => authority.Uri!.Host).Should().Contain("fulcio.sigstore.dev");
        root.TimestampAuthorities.Select(static authority => authority.Uri!.Host).Should().Contain("timestamp.sigstore.dev");
    }
}
