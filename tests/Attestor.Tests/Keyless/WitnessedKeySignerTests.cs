using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Keyless;

public sealed class WitnessedKeySignerTests : IAsyncLifetime
{
    private static readonly byte[] Statement = "{}"u8.ToArray();

    private readonly KeySigner key = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private SigningWorkload workload = null!;

    public async Task InitializeAsync() => workload = await SigningWorkload.StartAsync();

    public async Task DisposeAsync()
    {
        key.Dispose();
        await workload.DisposeAsync();
    }

    [Theory]
    [InlineData(SigningConfigKind.RekorV1, 1, 0)]
    [InlineData(SigningConfigKind.RekorV1AndTimestamp, 1, 1)]
    [InlineData(SigningConfigKind.RekorV2, 1, 1)]
    [InlineData(SigningConfigKind.TimestampOnly, 0, 1)]
    public async Task A_signature_by_a_key_is_witnessed(SigningConfigKind kind, int entries, int timestamps)
    {
        var bundle = Bundle.Parse(await workload.Keyed(key, kind).SignAsync(Statement, CancellationToken.None));

        bundle.KeyHint.Should().Be(key.PublicKey.Hint);
        bundle.Certificate.Should().BeNull();
        bundle.Material.LogEntries.Should().HaveCount(entries);
        bundle.Material.Timestamps.Should().HaveCount(timestamps);
        workload.Verifier(kind).VerifyKey(bundle.Material, new EnvelopeContent(bundle.Envelope), SignatureKey.FromSubjectPublicKeyInfo(key.PublicKey.SubjectPublicKeyInfo))
            .Times.Should().NotBeEmpty();
        workload.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(0);
    }

    [Fact]
    public async Task A_log_that_is_away_is_asked_for_the_same_signature_again()
    {
        var signer = workload.Keyed(key, SigningConfigKind.RekorV1AndTimestamp);
        workload.Sigstore.Break(SigstoreService.RekorV1, SigstoreFault.Lost);
        (await FluentActions.Awaiting(() => signer.SignAsync(Statement, CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>())
            .Which.IsTransient.Should().BeTrue();
        workload.Sigstore.Mend(SigstoreService.RekorV1);

        var bundle = Bundle.Parse(await signer.SignAsync(Statement, CancellationToken.None));

        bundle.Material.LogEntries[0].LogIndex.Should().Be(1005);
        workload.Sigstore.Requests(SigstoreService.TimestampAuthority).Should().Be(1);
    }

    [Fact]
    public async Task It_recognises_what_the_key_signed_and_the_same_witnesses_saw()
    {
        var signer = workload.Keyed(key, SigningConfigKind.RekorV1);
        var own = Bundle.Parse(await signer.SignAsync(Statement, CancellationToken.None));
        var unwitnessed = Bundle.Parse(await BundleWriter.SignAsync(Statement, key, CancellationToken.None));
        using var otherKey = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var foreign = Bundle.Parse(await workload.Keyed(otherKey, SigningConfigKind.RekorV1).SignAsync(Statement, CancellationToken.None));

        (await signer.HasMadeAsync(own, CancellationToken.None)).Should().BeTrue();
        (await signer.HasMadeAsync(unwitnessed, CancellationToken.None)).Should().BeFalse("verifiers that ask for a log entry would refuse it");
        (await signer.HasMadeAsync(foreign, CancellationToken.None)).Should().BeFalse();
    }

    [Fact]
    public void It_names_the_key_and_the_services()
    {
        var signer = workload.Keyed(key, SigningConfigKind.RekorV2);

        signer.Name.Should().Be($"key sha256:{key.PublicKey.Fingerprint}");
        signer.Services.Should().Equal(new Uri(workload.Sigstore.Uri).Authority);
    }
}
