using Provenance.Attestor.Keyless;
using Provenance.Attestor.Signing;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Keyless;

/// <summary>The clock of the machine that signs, and those of the services, differ.</summary>
public sealed class KeylessClockTests : IAsyncLifetime
{
    private SigningWorkload workload = null!;

    public async Task InitializeAsync() => workload = await SigningWorkload.StartAsync();

    public async Task DisposeAsync() => await workload.DisposeAsync();

    [Theory]
    [InlineData(-240)]
    [InlineData(-5)]
    [InlineData(5)]
    [InlineData(240)]
    public async Task A_clock_that_is_minutes_off_does_not_keep_anything_from_being_signed(int seconds)
    {
        using var signer = Signer(TimeSpan.FromSeconds(seconds));

        workload.Verify(SigningConfigKind.RekorV1AndTimestamp, await signer.SignAsync("{}"u8.ToArray(), CancellationToken.None));
    }

    [Fact]
    public async Task A_clock_that_is_behind_does_not_make_a_certificate_sign_for_longer()
    {
        using var signer = Signer(TimeSpan.FromMinutes(-4), TimeSpan.FromHours(1));
        await signer.SignAsync("{}"u8.ToArray(), CancellationToken.None);

        workload.Time.Advance(TimeSpan.FromMinutes(8.5));
        workload.Verify(SigningConfigKind.RekorV1AndTimestamp, await signer.SignAsync("{ }"u8.ToArray(), CancellationToken.None));

        workload.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(2);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_named()
    {
        using var signer = Signer(TimeSpan.FromMinutes(-30));

        var fault = (await FluentActions.Awaiting(() => signer.SignAsync("{}"u8.ToArray(), CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;

        fault.Message.Should().Contain("Is this machine's clock right?");
    }

    private KeylessBundleSigner Signer(TimeSpan off, TimeSpan? reuse = null)
    {
        var time = new OtherTime(workload.Time, off);
        var tokens = new ChosenTokens(() => workload.Sigstore.IssueToken(), time);
        return new KeylessBundleSigner(workload.Instance(SigningConfigKind.RekorV1AndTimestamp, time), tokens, new KeylessOptions { CertificateReuse = reuse ?? KeylessOptions.DefaultReuse });
    }

    private sealed class OtherTime(TimeProvider right, TimeSpan off) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + off;
    }
}
