using System.Security.Cryptography;
using Provenance.Attestor.Signing;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Keyless;

/// <summary>Every service lies in every way that the test instance knows: nothing is handed out, and the fault is named as what it is.</summary>
public sealed class KeylessLieTests : IAsyncLifetime
{
    private SigningWorkload workload = null!;

    // A key has no certificate, in whose time anything would have to lie.
    public static TheoryData<SigningConfigKind, SigstoreLie> LiesToKeys()
    {
        var some = new TheoryData<SigningConfigKind, SigstoreLie>();
        foreach (object[] row in Lies().Where(static row => row[1] is SigstoreLie lie
            && lie is not (SigstoreLie.IntegratedTimeOff or SigstoreLie.TimestampTimeOff) && !lie.ToString().StartsWith("Certificate", StringComparison.Ordinal)))
        {
            some.Add((SigningConfigKind)row[0], (SigstoreLie)row[1]);
        }

        return some;
    }

    public static TheoryData<SigningConfigKind, SigstoreLie> Lies()
    {
        var all = new TheoryData<SigningConfigKind, SigstoreLie>();
        foreach (var lie in Enum.GetValues<SigstoreLie>().Where(static lie => lie is not SigstoreLie.None))
        {
            string name = lie.ToString();
            if (name.StartsWith("Certificate", StringComparison.Ordinal))
            {
                all.Add(SigningConfigKind.RekorV1, lie);
            }
            else if (name.StartsWith("Timestamp", StringComparison.Ordinal))
            {
                all.Add(SigningConfigKind.RekorV1AndTimestamp, lie);
                all.Add(SigningConfigKind.TimestampOnly, lie);
            }
            else
            {
                all.Add(SigningConfigKind.RekorV1, lie);
                if (lie is not (SigstoreLie.EntryPromiseOverAnotherBody or SigstoreLie.IntegratedTimeOff))
                {
                    all.Add(SigningConfigKind.RekorV2, lie);
                }
            }
        }

        return all;
    }

    public async Task InitializeAsync() => workload = await SigningWorkload.StartAsync();

    public async Task DisposeAsync() => await workload.DisposeAsync();

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Nothing_is_handed_out_on_the_word_of_a_service_that_lies(SigningConfigKind kind, SigstoreLie lie)
    {
        var signer = workload.Keyless(kind);
        workload.Sigstore.Lie = lie;

        var fault = (await FluentActions.Awaiting(() => signer.SignAsync("{}"u8.ToArray(), CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;

        fault.Code.Should().Be(SigningServiceException.BadAnswer, fault.Message);
        fault.IsTransient.Should().BeFalse();
        workload.Sigstore.Lie = SigstoreLie.None;
        workload.Verify(kind, await signer.SignAsync("{ }"u8.ToArray(), CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(LiesToKeys))]
    public async Task A_key_is_not_led_astray_either(SigningConfigKind kind, SigstoreLie lie)
    {
        using var key = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        workload.Sigstore.Lie = lie;

        (await FluentActions.Awaiting(() => workload.Keyed(key, kind).SignAsync("{}"u8.ToArray(), CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>())
            .Which.Code.Should().Be(SigningServiceException.BadAnswer);
    }
}
