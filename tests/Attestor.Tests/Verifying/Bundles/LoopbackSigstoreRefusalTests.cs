using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Envelopes;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>The Sigstore instance of the tests takes only what a real one would: a client that sends nonsense finds out.</summary>
public sealed class LoopbackSigstoreRefusalTests : IAsyncLifetime, IDisposable
{
    private LoopbackSigstore sigstore = null!;
    private TrustingSigner signer = null!;

    public async Task InitializeAsync()
    {
        sigstore = await LoopbackSigstore.StartAsync();
        signer = new TrustingSigner(sigstore);
    }

    public Task DisposeAsync() => sigstore.DisposeAsync().AsTask();

    public void Dispose() => signer.Dispose();

    [Theory]
    [InlineData("audience")]
    [InlineData("expired")]
    [InlineData("signature")]
    [InlineData("issuer")]
    [InlineData("unsigned")]
    [InlineData("unverified e-mail")]
    [InlineData("nothing")]
    public async Task No_certificate_for_a_bad_token(string fault)
    {
        long before = DateTimeOffset.UnixEpoch.AddYears(50).ToUnixTimeSeconds();
        string token = fault switch
        {
            "audience" => sigstore.IssueToken(audience: "somebody"),
            "expired" => sigstore.IssueToken(change: claims => claims["exp"] = before),
            "issuer" => sigstore.IssueToken(change: claims => claims["iss"] = "https://elsewhere.example"),
            "unverified e-mail" => sigstore.IssueToken(change: static claims => (claims["email"], claims["email_verified"]) = ("a@example.com", false)),
            "unsigned" => sigstore.IssueToken()[..^300],
            "signature" => string.Join('.', [.. sigstore.IssueToken().Split('.')[..2], sigstore.IssueToken(subject: "https://other.example/").Split('.')[2]]),
            _ => "",
        };

        var (status, answer) = await signer.AskForCertificateAsync(token, Proof(sigstore.Subject));

        status.Should().Be(HttpStatusCode.BadRequest);
        ((int)answer["code"]!).Should().Be(3);
        ((string)answer["message"]!).Should().Be("There was an error processing the identity token");
    }

    [Fact]
    public async Task No_certificate_without_the_proof_of_possession()
    {
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] stolen = another.SignData(Encoding.UTF8.GetBytes(sigstore.Subject), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

        (await signer.AskForCertificateAsync(sigstore.IssueToken(), stolen)).Status.Should().Be(HttpStatusCode.BadRequest);
        (await signer.AskForCertificateAsync(sigstore.IssueToken(), Proof("https://other.example/"))).Status.Should().Be(HttpStatusCode.BadRequest);
        (await signer.AskForCertificateAsync(sigstore.IssueToken("no-uri"), Proof("no-uri"))).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_token_may_be_in_the_header_and_about_a_person_or_a_workflow()
    {
        string person = sigstore.IssueToken(change: static claims => (claims["email"], claims["email_verified"]) = ("a@example.com", true), algorithm: "ES256");
        string workflow = sigstore.IssueToken("repo:org/app:ref:refs/heads/main", change: static claims => claims["job_workflow_ref"] = "org/app/.github/workflows/b.yml@refs/heads/main");

        (await signer.AskForCertificateAsync(sigstore.IssueToken(), Proof(sigstore.Subject), inHeader: true)).Status.Should().Be(HttpStatusCode.OK);
        (await signer.AskForCertificateAsync(person, Proof("a@example.com"))).Status.Should().Be(HttpStatusCode.OK);
        (await signer.AskForCertificateAsync(person, Proof(sigstore.Subject))).Status.Should().Be(HttpStatusCode.BadRequest);
        (await signer.AskForCertificateAsync(workflow, Proof("repo:org/app:ref:refs/heads/main"))).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_job_gets_its_token_with_the_token_of_its_request()
    {
        var (status, answer) = await signer.GetAsync($"{sigstore.ActionsTokenUri}&audience=sigstore", sigstore.ActionsRequestToken);
        var (refused, _) = await signer.GetAsync($"{sigstore.ActionsTokenUri}&audience=sigstore", "another");
        var (_, other) = await signer.GetAsync($"{sigstore.ActionsTokenUri}&audience=other", sigstore.ActionsRequestToken);

        status.Should().Be(HttpStatusCode.OK);
        refused.Should().Be(HttpStatusCode.Unauthorized);
        (await signer.AskForCertificateAsync((string)answer!["value"]!, Proof(sigstore.Subject))).Status.Should().Be(HttpStatusCode.OK);
        (await signer.AskForCertificateAsync((string)other!["value"]!, Proof(sigstore.Subject))).Status.Should().Be(HttpStatusCode.BadRequest);
        ((string)(await signer.GetAsync("/.well-known/openid-configuration")).Answer!["issuer"]!).Should().Be(sigstore.Issuer);
    }

    [Fact]
    public async Task The_logs_take_no_signature_that_does_not_verify()
    {
        byte[] certificate = await signer.CertifyAsync();
        byte[] statement = Forgery.Statement();
        byte[] signature = signer.Sign(PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, [.. statement, 0]));
        using var version1 = await signer.PostAsync("/api/v1/log/entries", TrustingSigner.Proposed(statement, signature, certificate));
        using var unknown = await signer.PostAsync("/api/v1/log/entries", new JsonObject { ["kind"] = "alpine", ["apiVersion"] = "0.0.1", ["spec"] = new JsonObject() });
        using var nonsense = await signer.PostAsync("/api/v1/log/entries", new JsonObject());
        using var empty = await signer.PostAsync("/api/v2/log/entries", new JsonObject());

        version1.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        unknown.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        nonsense.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        empty.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        await FluentActions.Awaiting(() => signer.EnterV2Async(new byte[32], signature, certificate)).Should().ThrowAsync<Xunit.Sdk.XunitException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_log_of_version_1_takes_a_hash_and_its_signature(bool isGenuine)
    {
        byte[] hash = SHA256.HashData("artifact"u8);
        byte[] signature = signer.Sign(isGenuine ? "artifact"u8.ToArray() : "another"u8.ToArray());
        using var response = await signer.PostAsync("/api/v1/log/entries", new JsonObject
        {
            ["apiVersion"] = "0.0.1",
            ["kind"] = "hashedrekord",
            ["spec"] = new JsonObject
            {
                ["data"] = new JsonObject { ["hash"] = new JsonObject { ["algorithm"] = "sha256", ["value"] = Convert.ToHexStringLower(hash) } },
                ["signature"] = new JsonObject
                {
                    ["content"] = Convert.ToBase64String(signature),
                    ["publicKey"] = new JsonObject { ["content"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(signer.Key.ExportSubjectPublicKeyInfoPem())) },
                },
            },
        });

        response.StatusCode.Should().Be(isGenuine ? HttpStatusCode.Created : HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task No_timestamp_for_what_is_no_request_for_one()
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent([0x30, 0]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var nonsense = await http.PostAsync(new Uri(sigstore.TimestampUri), content);
        using var json = await http.PostAsJsonAsync(new Uri(sigstore.TimestampUri), new JsonObject());
        using var elsewhere = await http.GetAsync(new Uri($"{sigstore.Uri}/api/v3"));

        nonsense.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        json.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        elsewhere.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_service_is_broken_for_as_many_requests_as_the_test_says()
    {
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Status(429, TimeSpan.FromSeconds(3)), times: 2);
        using var first = await signer.PostAsync("/api/v2/log/entries", new JsonObject());
        using var second = await signer.PostAsync("/api/v2/log/entries", new JsonObject());
        using var third = await signer.PostAsync("/api/v2/log/entries", new JsonObject());
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Malformed);
        using var malformed = await signer.PostAsync("/api/v2/log/entries", new JsonObject());
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Oversized);
        using var oversized = await signer.PostAsync("/api/v2/log/entries", new JsonObject());
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Redirect(new Uri("https://elsewhere.example/")), times: 1);
        using var redirected = await signer.PostAsync("/api/v2/log/entries", new JsonObject());
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Status(500));
        sigstore.Mend(SigstoreService.RekorV2);
        using var mended = await signer.PostAsync("/api/v2/log/entries", new JsonObject());

        first.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        second.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(3));
        third.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        await FluentActions.Awaiting(() => malformed.Content.ReadFromJsonAsync<JsonNode>()).Should().ThrowAsync<System.Text.Json.JsonException>();
        (await oversized.Content.ReadAsByteArrayAsync()).Should().HaveCount(64 << 20);
        redirected.Headers.Location.Should().Be("https://elsewhere.example/");
        mended.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        sigstore.Requests(SigstoreService.RekorV2).Should().Be(7);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_may_never_answer(bool inTheMiddle)
    {
        sigstore.Break(SigstoreService.RekorV1, inTheMiddle ? SigstoreFault.HangingInTheMiddle : SigstoreFault.Hanging);
        using var impatient = new HttpClient { BaseAddress = new Uri(sigstore.Uri), Timeout = TimeSpan.FromMilliseconds(300) };

        await FluentActions.Awaiting(() => impatient.PostAsJsonAsync("/api/v1/log/entries", new JsonObject())).Should().ThrowAsync<TaskCanceledException>();
    }

    private byte[] Proof(string name) => signer.Sign(Encoding.UTF8.GetBytes(name));
}
