using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signing;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Keyless;

/// <summary>Services are away: the fault says that trying again helps, trying again helps, and no log holds more than it needs to.</summary>
public sealed class KeylessOutageTests : IAsyncLifetime
{
    // The test instance puts earlier trees, and entries of others, before the first one of ours.
    private const long FirstPlace = 1005;
    private const long FirstPlaceOfVersion2 = 5;

    private static readonly byte[] Statement = "{}"u8.ToArray();

    private SigningWorkload workload = null!;

    public static TheoryData<SigstoreService, string> Outages()
    {
        var all = new TheoryData<SigstoreService, string>();
        foreach (var service in new[] { SigstoreService.CertificateAuthority, SigstoreService.RekorV1, SigstoreService.RekorV2, SigstoreService.TimestampAuthority })
        {
            foreach (string fault in new[] { "500", "503", "429", "lost", "hanging", "hanging in the middle" })
            {
                all.Add(service, fault);
            }
        }

        return all;
    }

    public async Task InitializeAsync() => workload = await SigningWorkload.StartAsync();

    public async Task DisposeAsync() => await workload.DisposeAsync();

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task A_service_that_is_away_delays_the_signature_and_no_more(SigstoreService service, string fault)
    {
        var kind = service is SigstoreService.RekorV2 ? SigningConfigKind.RekorV2 : SigningConfigKind.RekorV1AndTimestamp;
        var signer = workload.Keyless(kind);
        workload.Sigstore.Break(service, Fault(fault));
        workload.Time.Haste = fault.StartsWith("hanging", StringComparison.Ordinal) ? 30 : 1;

        var thrown = (await Signing(signer).Should().ThrowAsync<SigningServiceException>()).Which;

        thrown.Code.Should().Be(SigningServiceException.Unavailable, thrown.Message);
        thrown.IsTransient.Should().BeTrue();
        thrown.Service.Should().Be(new Uri(workload.Sigstore.Uri).Authority);
        workload.Sigstore.Mend(service);
        workload.Time.Haste = 1;
        byte[] bundle = await signer.SignAsync(Statement, CancellationToken.None);
        workload.Verify(kind, bundle);
        Bundle.Parse(bundle).Material.LogEntries[0].LogIndex
            .Should().Be(kind is SigningConfigKind.RekorV2 ? FirstPlaceOfVersion2 : FirstPlace, "the log needs one entry for one statement");
    }

    [Fact]
    public async Task A_log_is_asked_only_once_the_time_is_stamped()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1AndTimestamp);
        workload.Sigstore.Break(SigstoreService.TimestampAuthority, SigstoreFault.Status(500));

        await Signing(signer).Should().ThrowAsync<SigningServiceException>();

        workload.Sigstore.Requests(SigstoreService.RekorV1).Should().Be(0);
    }

    [Fact]
    public async Task The_next_attempt_asks_only_those_that_did_not_answer()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1AndTimestamp, TimeSpan.Zero);
        workload.Sigstore.Break(SigstoreService.RekorV1, SigstoreFault.Status(503));
        await Signing(signer).Should().ThrowAsync<SigningServiceException>();
        workload.Sigstore.Mend(SigstoreService.RekorV1);

        await signer.SignAsync(Statement, CancellationToken.None);

        workload.Sigstore.Requests(SigstoreService.TimestampAuthority).Should().Be(1);
        workload.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(1);
    }

    [Fact]
    public async Task A_signature_whose_certificate_ran_out_meanwhile_is_made_anew()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1AndTimestamp);
        workload.Sigstore.Break(SigstoreService.RekorV1, SigstoreFault.Status(503));
        await Signing(signer).Should().ThrowAsync<SigningServiceException>();
        workload.Sigstore.Mend(SigstoreService.RekorV1);
        workload.Time.Advance(TimeSpan.FromHours(2));

        workload.Verify(SigningConfigKind.RekorV1AndTimestamp, await signer.SignAsync(Statement, CancellationToken.None));

        workload.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(2);
    }

    [Fact]
    public async Task An_entry_whose_answer_was_lost_is_fetched_from_the_log()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1);
        workload.Sigstore.Break(SigstoreService.RekorV1, SigstoreFault.Lost, times: 1);

        byte[] bundle = await signer.SignAsync(Statement, CancellationToken.None);

        Bundle.Parse(bundle).Material.LogEntries[0].LogIndex.Should().Be(FirstPlace);
        workload.Sigstore.Requests(SigstoreService.RekorV1).Should().Be(3, "the request whose answer was lost, the one that met a conflict, and the one for the entry");
        workload.Verify(SigningConfigKind.RekorV1, bundle);
    }

    [Fact]
    public async Task One_statement_makes_one_entry_in_a_log_of_version_2_although_the_answer_was_lost()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV2, TimeSpan.Zero);
        workload.Sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);

        byte[] bundle = await signer.SignAsync(Statement, CancellationToken.None);

        workload.Verify(SigningConfigKind.RekorV2, bundle);
        var entry = Bundle.Parse(bundle).Material.LogEntries[0];
        entry.LogIndex.Should().Be(FirstPlaceOfVersion2);
        entry.Proof!.TreeSize.Should().Be(FirstPlaceOfVersion2 + 1, "the log has no other entry");
        workload.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(1, "there is one signature");
    }

    [Fact]
    public async Task A_log_that_publishes_its_tree_elsewhere_gets_another_signature()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV2, TimeSpan.Zero);
        workload.Sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);
        workload.Sigstore.Break(SigstoreService.RekorV2Tree, SigstoreFault.Status(501));

        byte[] bundle = await signer.SignAsync(Statement, CancellationToken.None);

        workload.Verify(SigningConfigKind.RekorV2, bundle);
        Bundle.Parse(bundle).Material.LogEntries[0].LogIndex.Should().Be(FirstPlaceOfVersion2 + 1);
        workload.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(2);
    }

    [Fact]
    public async Task A_caller_who_gives_up_loses_nothing()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1AndTimestamp, TimeSpan.Zero);
        using var impatience = new CancellationTokenSource();
        workload.Sigstore.Break(SigstoreService.RekorV1, SigstoreFault.Hanging);
        var first = signer.SignAsync(Statement, impatience.Token).AsTask();
        for (int i = 0; i < 1000 && workload.Sigstore.Requests(SigstoreService.RekorV1) is 0; i++)
        {
            await Task.Delay(10, CancellationToken.None);
        }

        await impatience.CancelAsync();
        await first.Invoking(static task => task).Should().ThrowAsync<OperationCanceledException>();
        workload.Sigstore.Mend(SigstoreService.RekorV1);

        await signer.SignAsync(Statement, CancellationToken.None);

        workload.Sigstore.Requests(SigstoreService.CertificateAuthority).Should().Be(1);
        workload.Sigstore.Requests(SigstoreService.TimestampAuthority).Should().Be(1);
    }

    [Theory]
    [InlineData(SigstoreService.CertificateAuthority)]
    [InlineData(SigstoreService.RekorV1)]
    [InlineData(SigstoreService.TimestampAuthority)]
    public async Task An_answer_that_is_none_is_no_outage(SigstoreService service)
    {
        foreach (var fault in new[] { SigstoreFault.Malformed, SigstoreFault.Oversized })
        {
            workload.Sigstore.Break(service, fault, times: 1);

            (await Signing(workload.Keyless(SigningConfigKind.RekorV1AndTimestamp)).Should().ThrowAsync<SigningServiceException>())
                .Which.Code.Should().Be(SigningServiceException.BadAnswer);
        }
    }

    [Fact]
    public async Task A_token_that_the_authority_refuses_is_no_outage()
    {
        var tokens = new ChosenTokens(() => workload.Sigstore.IssueToken(change: static claims => claims["iss"] = "https://elsewhere.example.com"), workload.Time);
        using var signer = new Attestor.Keyless.KeylessBundleSigner(workload.Instance(SigningConfigKind.RekorV1), tokens, new Attestor.Keyless.KeylessOptions());

        var thrown = (await Signing(signer).Should().ThrowAsync<SigningServiceException>()).Which;

        thrown.Code.Should().Be(SigningServiceException.Refused);
        thrown.IsTransient.Should().BeFalse();
        thrown.ToString().Should().NotContain("eyJ");
    }

    private static SigstoreFault Fault(string name) => name switch
    {
        "lost" => SigstoreFault.Lost,
        "hanging" => SigstoreFault.Hanging,
        "hanging in the middle" => SigstoreFault.HangingInTheMiddle,
        _ => SigstoreFault.Status(int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static Func<Task> Signing(Attestor.Keyless.KeylessBundleSigner signer) => async () => await signer.SignAsync(Statement, CancellationToken.None);
}
