using System.Security.Cryptography;
using System.Text;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Keyless;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Witnesses;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Keyless;

/// <summary>The signing config and the trusted root are replaced while a process signs with them.</summary>
public sealed class ReplacedFilesTests : IAsyncLifetime
{
    private readonly HttpClient http = ServiceClient.Create();
    private SigningWorkload before = null!;
    private SigningWorkload after = null!;
    private SigstoreInstance newest = null!;

    public async Task InitializeAsync()
    {
        before = await SigningWorkload.StartAsync();
        after = await SigningWorkload.StartAsync();
        newest = InstanceOf(before, before);
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await before.DisposeAsync();
        await after.DisposeAsync();
    }

    [Fact]
    public async Task Another_instance_is_signed_with_from_then_on()
    {
        using var signer = Keyless(() => newest == InstanceOfBefore ? before : after);
        before.Verify(SigningConfigKind.RekorV1AndTimestamp, await SignAsync(signer, 1));
        var services = signer.Services;

        newest = InstanceOf(after, after);

        after.Verify(SigningConfigKind.RekorV1AndTimestamp, await SignAsync(signer, 2));
        after.Verify(SigningConfigKind.RekorV1AndTimestamp, await SignAsync(signer, 3));
        after.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(1);
        signer.Services.Should().NotIntersectWith(services);
    }

    [Fact]
    public async Task What_was_begun_with_the_instance_before_is_made_anew()
    {
        using var key = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var signer = new WitnessedKeySigner(key, newest);
        before.Sigstore.Break(SigstoreService.RekorV1, SigstoreFault.Status(503));
        await FluentActions.Awaiting(() => signer.SignAsync("{}"u8.ToArray(), CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>();

        newest = InstanceOf(after, after);
        var bundle = Bundle.Parse(await signer.SignAsync("{}"u8.ToArray(), CancellationToken.None));

        bundle.Material.Timestamps.Should().ContainSingle();
        after.Sigstore.Requests(SigstoreService.TimestampAuthority).Should().Be(1);
        (await signer.HasMadeAsync(bundle, CancellationToken.None)).Should().BeTrue();
    }

    [Fact]
    public async Task Files_that_do_not_belong_together_hand_out_nothing_until_they_do()
    {
        using var signer = Keyless(() => before);
        newest = InstanceOf(before, after);
        (await FluentActions.Awaiting(() => SignAsync(signer, 1)).Should().ThrowAsync<SigningServiceException>()).Which.Code.Should().Be(SigningServiceException.BadAnswer);

        newest = InstanceOf(before, before);
        before.Verify(SigningConfigKind.RekorV1AndTimestamp, await SignAsync(signer, 1));
    }

    private SigstoreInstance InstanceOfBefore => field ??= newest;

    private static Task<byte[]> SignAsync(KeylessBundleSigner signer, int number) => signer.SignAsync(Encoding.ASCII.GetBytes($"{{\"n\":{number}}}"), CancellationToken.None).AsTask();

    private KeylessBundleSigner Keyless(Func<SigningWorkload> issuing)
    {
        _ = InstanceOfBefore;
        return new KeylessBundleSigner(newest, new ChosenTokens(() => issuing().Sigstore.IssueToken(), TimeProvider.System), new KeylessOptions());
    }

    private SigstoreInstance InstanceOf(SigningWorkload services, SigningWorkload trusted)
    {
        string config = services.Sigstore.SigningConfigJson(SigningConfigKind.RekorV1AndTimestamp);
        return new SigstoreInstance(SigningConfig.Parse(Encoding.UTF8.GetBytes(config)), trusted.Sigstore.ReadTrustedRoot(), http, TimeProvider.System)
        {
            Services = new ServiceOptions { Attempts = 2, RetryDelay = TimeSpan.Zero },
            Renewed = () => newest,
        };
    }
}
