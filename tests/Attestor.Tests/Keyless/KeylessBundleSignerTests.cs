using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Keyless;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Witnesses;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Keyless;

public sealed class KeylessBundleSignerTests : IAsyncLifetime
{
    private SigningWorkload workload = null!;

    public async Task InitializeAsync() => workload = await SigningWorkload.StartAsync();

    public async Task DisposeAsync() => await workload.DisposeAsync();

    [Theory]
    [InlineData(SigningConfigKind.RekorV1, 1, 0)]
    [InlineData(SigningConfigKind.RekorV1AndTimestamp, 1, 1)]
    [InlineData(SigningConfigKind.RekorV2, 1, 1)]
    [InlineData(SigningConfigKind.TimestampOnly, 0, 1)]
    public async Task A_statement_is_signed_as_the_identity_of_the_token(SigningConfigKind kind, int entries, int timestamps)
    {
        byte[] statement = Statement(1);

        byte[] bundle = await workload.Keyless(kind).SignAsync(statement, CancellationToken.None);

        var signature = workload.Verify(kind, bundle);
        signature.Identity!.Subject.Should().Be(workload.Sigstore.Subject);
        signature.Identity.Issuer.Should().Be(workload.Sigstore.Issuer);
        var read = Bundle.Parse(bundle);
        read.Envelope.Payload.ToArray().Should().Equal(statement);
        read.Material.LogEntries.Should().HaveCount(entries);
        read.Material.Timestamps.Should().HaveCount(timestamps);
    }

    [Theory]
    [InlineData(SigningConfigKind.RekorV1)]
    [InlineData(SigningConfigKind.RekorV2)]
    public async Task An_artifact_is_signed_without_a_statement(SigningConfigKind kind)
    {
        byte[] digest = SHA256.HashData("artifact"u8);

        byte[] bundle = await workload.Keyless(kind).SignArtifactAsync(digest, CancellationToken.None);

        var (material, content) = FinishedBundle.Read(bundle, digest);
        workload.Verifier(kind).VerifyCertificate(material, content).Identity!.Subject.Should().Be(workload.Sigstore.Subject);
    }

    [Fact]
    public async Task A_certificate_signs_until_its_time_is_over()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1, TimeSpan.FromMinutes(4));
        for (int i = 0; i < 3; i++)
        {
            await signer.SignAsync(Statement(i), CancellationToken.None);
        }

        Certificates.Should().Be(1);
        workload.Time.Advance(TimeSpan.FromMinutes(5));
        workload.Verify(SigningConfigKind.RekorV1, await signer.SignAsync(Statement(4), CancellationToken.None));
        Certificates.Should().Be(2);
    }

    [Fact]
    public async Task A_certificate_does_not_sign_in_its_last_two_minutes()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1, TimeSpan.FromHours(1));
        await signer.SignAsync(Statement(1), CancellationToken.None);
        workload.Time.Advance(TimeSpan.FromMinutes(7));
        await signer.SignAsync(Statement(2), CancellationToken.None);
        Certificates.Should().Be(1);
        workload.Time.Advance(TimeSpan.FromMinutes(1.5));

        await signer.SignAsync(Statement(3), CancellationToken.None);

        Certificates.Should().Be(2);
    }

    [Fact]
    public async Task Without_reuse_every_signature_has_a_certificate_of_its_own()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1, TimeSpan.Zero);

        var first = Bundle.Parse(await signer.SignAsync(Statement(1), CancellationToken.None));
        var second = Bundle.Parse(await signer.SignAsync(Statement(2), CancellationToken.None));

        Certificates.Should().Be(2);
        first.Certificate!.Value.ToArray().Should().NotEqual(second.Certificate!.Value.ToArray());
    }

    [Fact]
    public async Task Many_who_sign_at_once_share_one_certificate()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1);

        byte[][] bundles = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => signer.SignAsync(Statement(i), CancellationToken.None).AsTask()));

        Certificates.Should().Be(1);
        bundles.Should().OnlyContain(bundle => workload.Verify(SigningConfigKind.RekorV1, bundle).Identity!.Subject == workload.Sigstore.Subject);
    }

    [Fact]
    public async Task A_caller_who_gives_up_does_not_take_the_certificate_from_the_others()
    {
        using var impatience = new CancellationTokenSource();
        var signer = workload.Keyless(SigningConfigKind.RekorV1);
        var first = signer.SignAsync(Statement(1), impatience.Token).AsTask();
        var second = signer.SignAsync(Statement(2), CancellationToken.None).AsTask();
        await impatience.CancelAsync();

        workload.Verify(SigningConfigKind.RekorV1, await second);

        await first.Invoking(static task => task).Should().ThrowAsync<OperationCanceledException>();
        Certificates.Should().Be(1);
    }

    [Fact]
    public async Task It_recognises_what_it_or_an_earlier_process_of_the_same_identity_made()
    {
        var bundle = Bundle.Parse(await workload.Keyless(SigningConfigKind.RekorV2).SignAsync(Statement(1), CancellationToken.None));
        workload.Time.Advance(TimeSpan.FromDays(1));
        var later = workload.Keyless(SigningConfigKind.RekorV2);

        (await later.HasMadeAsync(bundle, CancellationToken.None)).Should().BeTrue("the certificate ran out, the identity did not");
        Certificates.Should().Be(2, "it had to learn who it is");
        (await later.HasMadeAsync(bundle, CancellationToken.None)).Should().BeTrue();
        Certificates.Should().Be(2);
    }

    [Fact]
    public async Task It_does_not_take_the_bundle_of_another_identity_for_its_own()
    {
        workload.Subject = "https://ci.example.com/mallory";
        var bundle = Bundle.Parse(await workload.Keyless(SigningConfigKind.RekorV1).SignAsync(Statement(1), CancellationToken.None));
        workload.Subject = null;
        var signer = workload.Keyless(SigningConfigKind.RekorV1);

        (await signer.HasMadeAsync(bundle, CancellationToken.None)).Should().BeFalse();
        (await signer.HasMadeAsync(bundle, CancellationToken.None)).Should().BeFalse("it knows itself by now");
    }

    [Fact]
    public async Task It_does_not_take_a_bundle_for_its_own_that_does_not_verify()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1);
        byte[] bundle = await signer.SignAsync(Statement(1), CancellationToken.None);
        var altered = Bundle.Parse(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bundle).Replace(
            Convert.ToBase64String(Statement(1)), Convert.ToBase64String(Statement(2)), StringComparison.Ordinal)));
        await using var stranger = await SigningWorkload.StartAsync();
        var foreign = Bundle.Parse(await stranger.Keyless(SigningConfigKind.RekorV1).SignAsync(Statement(1), CancellationToken.None));
        using var key = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var keyed = Bundle.Parse(await BundleWriter.SignAsync(Statement(1), key, CancellationToken.None));

        foreach (var other in new[] { altered, foreign, keyed })
        {
            (await signer.HasMadeAsync(other, CancellationToken.None)).Should().BeFalse();
        }
    }

    [Fact]
    public async Task Its_name_is_the_identity_once_that_is_known()
    {
        var signer = workload.Keyless(SigningConfigKind.RekorV1AndTimestamp);
        signer.Name.Should().Be("the identity of the token from a test");
        signer.Services.Should().Equal(new Uri(workload.Sigstore.Uri).Authority);

        await signer.SignAsync(Statement(1), CancellationToken.None);

        signer.Name.Should().Be($"{workload.Sigstore.Subject} (issuer {workload.Sigstore.Issuer})");
    }

    [Theory]
    [InlineData("repo:org/app:ref:refs/heads/main", "org/app/.github/workflows/release.yml@refs/heads/main", null)]
    [InlineData("1234567890", null, "someone@example.com")]
    [InlineData("https://ci.example.com/org/app", null, null)]
    public async Task A_certificate_is_for_whom_the_token_names(string subject, string? workflow, string? email)
    {
        var tokens = new ChosenTokens(() => workload.Sigstore.IssueToken(subject, change: claims => Change(claims, workflow, email)), workload.Time);
        using var signer = new KeylessBundleSigner(workload.Instance(SigningConfigKind.RekorV1), tokens, new KeylessOptions());
        Func<Task> sign = async () => await signer.SignAsync(Statement(1), CancellationToken.None);

        await sign();

        signer.Identity!.Subject.Should().EndWith(workflow ?? email ?? subject);
        workload.Sigstore.Lie = SigstoreLie.CertificateForAnotherIdentity;
        workload.Time.Advance(TimeSpan.FromMinutes(6));
        (await sign.Should().ThrowAsync<SigningServiceException>()).Which.Message.Should().Contain("somebody else");
    }

    private static void Change(JsonObject claims, string? workflow, string? email)
    {
        if (workflow is not null)
        {
            claims["job_workflow_ref"] = workflow;
        }

        if (email is not null)
        {
            claims["email"] = email;
            claims["email_verified"] = true;
        }
    }

    [Fact]
    public async Task A_person_is_vouched_for_by_where_he_logged_in()
    {
        var tokens = new ChosenTokens(
            () => workload.Sigstore.IssueToken(change: static claims =>
            {
                claims["email"] = "alice@example.com";
                claims["email_verified"] = true;
                claims["federated_claims"] = new JsonObject { ["connector_id"] = "https://login.example.com" };
            }),
            workload.Time);
        using var signer = new KeylessBundleSigner(workload.Instance(SigningConfigKind.RekorV1), tokens, new KeylessOptions());

        await signer.SignAsync(Statement(1), CancellationToken.None);

        signer.Name.Should().Be("alice@example.com (issuer https://login.example.com)");
    }

    [Fact]
    public void A_config_by_which_nobody_sees_the_time_is_refused_at_once()
    {
        string config = workload.Sigstore.SigningConfigJson(SigningConfigKind.RekorV2).Replace("\"tsaUrls\"", "\"oidcUrls\"", StringComparison.Ordinal);
        int first = config.IndexOf("\"oidcUrls\"", StringComparison.Ordinal);
        config = config[..first] + "\"tsaUrls\": []," + config[(config.IndexOf(']', first) + 2)..];
        var instance = new SigstoreInstance(SigningConfig.Parse(Encoding.UTF8.GetBytes(config)), workload.Sigstore.ReadTrustedRoot(), new HttpClient(), workload.Time);

        FluentActions.Invoking(() => new KeylessBundleSigner(instance, workload, new KeylessOptions())).Should().Throw<SigningConfigException>().WithMessage("*tsaUrls*");
    }

    private int Certificates => workload.Sigstore.Requests(SigstoreService.CertificateAuthority);

    private static byte[] Statement(int number) => Encoding.ASCII.GetBytes($$"""{"_type":"https://in-toto.io/Statement/v1","number":{{number}}}""");
}
