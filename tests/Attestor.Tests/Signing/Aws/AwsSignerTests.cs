using Amazon.Runtime;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.Aws;
using Provenance.Attestor.Tests.Verifying;
using Provenance.Testing;
using Provenance.Testing.Aws;

namespace Provenance.Attestor.Tests.Signing.Aws;

public sealed class AwsSignerTests : IAsyncLifetime
{
    private static readonly byte[] Content = "content"u8.ToArray();

    private readonly SkippingTime time = new();
    private KeyServer kms = null!;

    public async Task InitializeAsync() => kms = await KeyServer.StartAsync();

    public async Task DisposeAsync() => await kms.DisposeAsync();

    [Fact]
    public async Task A_signature_belongs_to_the_public_key()
    {
        using var signer = await OpenAsync();

        byte[] signature = await signer.SignAsync(Content, CancellationToken.None);

        signer.PublicKey.Verify(Content, signature).Should().BeTrue();
        signer.Services.Should().Equal(kms.Address);
    }

    [Fact]
    public async Task An_alias_that_is_pointed_elsewhere_is_followed_and_the_key_before_is_still_ours()
    {
        using var signer = await OpenAsync();
        var bundles = new KeyBundleSigner(signer);
        var chosen = await signer.FindNewestAsync(CancellationToken.None);
        var before = Bundle.Parse(await bundles.SignAsync(Forgery.Statement(), CancellationToken.None));
        kms.Repoint();
        time.Advance(TimeSpan.FromMinutes(5));

        var after = Bundle.Parse(await bundles.SignAsync(Forgery.Statement(), CancellationToken.None));
        byte[] late = await chosen.SignAsync(Content, CancellationToken.None);

        after.Material.KeyHint.Should().Be(signer.PublicKey.Hint).And.NotBe(before.Material.KeyHint);
        chosen.PublicKey.Verify(Content, late).Should().BeTrue();
        (await bundles.HasMadeAsync(before, CancellationToken.None)).Should().BeTrue();
    }

    [Fact]
    public async Task A_signature_over_another_content_is_thrown_away()
    {
        using var signer = await OpenAsync();
        kms.SignsAnotherContent = true;

        (await SigningFaultAsync(signer)).Code.Should().Be(SigningServiceException.BadAnswer);
    }

    [Theory]
    [InlineData(400, "AccessDeniedException", SigningServiceException.Refused, false)]
    [InlineData(400, "DisabledException", SigningServiceException.Refused, false)]
    [InlineData(400, "ThrottlingException", SigningServiceException.Unavailable, true)]
    [InlineData(500, "KMSInternalException", SigningServiceException.Unavailable, true)]
    [InlineData(503, "ServiceUnavailable", SigningServiceException.Unavailable, true)]
    public async Task What_AWS_refuses_and_what_it_fails_are_told_apart(int status, string type, string code, bool isTransient)
    {
        using var signer = await OpenAsync();
        kms.Error = (status, type);

        var fault = await SigningFaultAsync(signer);

        fault.Code.Should().Be(code);
        fault.IsTransient.Should().Be(isTransient);
        fault.Service.Should().Be(kms.Address);
        fault.ToString().Should().NotContain("CANARY");
    }

    [Fact]
    public async Task Keys_of_other_kinds_are_refused()
    {
        kms.KeySpec = "RSA_2048";

        (await FluentActions.Invoking(OpenAsync).Should().ThrowAsync<KeyException>()).Which.Code.Should().Be("KEY_ALG_UNSUPPORTED");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await KeyServer.StartAsync();
        using var signer = await OpenAsync();
        kms.RedirectTo = new Uri($"http://{elsewhere.Address}/");

        (await SigningFaultAsync(signer)).ToString().Should().NotContain("CANARY");

        elsewhere.Requests.Should().Be(0, "session tokens go to the server that was named, and no further");
    }

    [Fact]
    public async Task A_description_without_a_key_is_no_key()
    {
        kms.HidesKey = true;

        (await FluentActions.Invoking(OpenAsync).Should().ThrowAsync<SigningServiceException>()).Which.Code.Should().Be(SigningServiceException.BadAnswer);
    }

    [Fact]
    public void A_server_that_only_a_variable_names_is_not_asked()
    {
        const string Variable = "AWS_ENDPOINT_URL_KMS";
        Environment.SetEnvironmentVariable(Variable, "http://elsewhere.example.com");
        try
        {
            AwsClient.Configure(TimeSpan.FromSeconds(1)).ServiceURL.Should().BeNull();
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    [Theory]
    [InlineData("awskms:///alias/release", null, "alias/release", null)]
    [InlineData("awskms:///1234abcd-12ab-34cd-56ef-1234567890ab", null, "1234abcd-12ab-34cd-56ef-1234567890ab", null)]
    [InlineData("awskms:///arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", null, "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "us-east-2")]
    [InlineData("awskms://localhost:4566/alias/release", "http://localhost:4566/", "alias/release", null)]
    [InlineData("awskms://vpce-1.kms.us-east-1.vpce.amazonaws.com/alias/release", "https://vpce-1.kms.us-east-1.vpce.amazonaws.com/", "alias/release", null)]
    public void References_are_those_of_cosign(string reference, string? endpoint, string key, string? region)
    {
        var read = AwsReference.Read(reference);

        read.Endpoint?.ToString().Should().Be(endpoint);
        read.Key.Should().Be(key);
        read.Region.Should().Be(region);
    }

    [Theory]
    [InlineData("awskms://")]
    [InlineData("awskms:///")]
    [InlineData("awskms://alias/release")]
    [InlineData("awskms:///alias/a b")]
    [InlineData("awskms://user@host/alias/a")]
    [InlineData("awskms:///alias/a\n")]
    public void Anything_else_is_refused(string reference) =>
        FluentActions.Invoking(() => AwsReference.Read(reference)).Should().Throw<KeyException>().Where(static e => e.Code == "KEY_REFERENCE");

    private static async Task<SigningServiceException> SigningFaultAsync(AwsSigner signer) =>
        (await signer.Invoking(s => s.SignAsync(Content, CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;

    private Task<AwsSigner> OpenAsync()
    {
        var reference = AwsReference.Read($"awskms://{kms.Address}/alias/release");
        return AwsSigner.OpenAsync(new AwsClient(reference, new BasicAWSCredentials("AKIACANARY", "CANARYsecret"), TimeSpan.FromSeconds(10)), reference.Key, time, CancellationToken.None);
    }
}
