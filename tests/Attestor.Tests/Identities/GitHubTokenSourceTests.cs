using Microsoft.AspNetCore.Http;
using Provenance.Attestor.Identities;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.SigningServices;
using Provenance.Testing.Registries;
using Provenance.Testing.Sigstore;
using static Provenance.Attestor.Tests.Identities.Tokens;

namespace Provenance.Attestor.Tests.Identities;

public sealed class GitHubTokenSourceTests
{
    private const string Permission = "eyJhbGciOiJub25lIn0.eyJwZXJtaXNzaW9uIjoxfQ.q9Canary_Canary-Canary7";
    private const string Subject = "repo:example/app:ref:refs/heads/main";

    [Theory]
    [InlineData("?api-version=2.0", "sigstore", "?api-version=2.0&audience=sigstore")]
    [InlineData("", "sigstore", "?audience=sigstore")]
    [InlineData("?a=%26b", "https://fulcio.example/?x=1&y=ü", "?a=%26b&audience=https%3A%2F%2Ffulcio.example%2F%3Fx%3D1%26y%3D%C3%BC")]
    public async Task A_token_is_asked_for_with_its_audience(string query, string audience, string asked)
    {
        string issued = Token(claims => (claims["sub"], claims["aud"]) = (Subject, audience));
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, 200, issued));

        var token = await Source($"http://{server.Address}/token{query}").FetchAsync(audience, CancellationToken.None);

        token.Subject.Should().Be(Subject);
        server.Requests.Should().Equal($"GET /token{asked} Bearer {Permission}");
    }

    [Fact]
    public async Task A_job_gets_a_token_that_the_certificate_authority_takes()
    {
        var time = new RetryTime();
        await using var sigstore = await LoopbackSigstore.StartAsync(new LoopbackSigstoreOptions { Time = time });

        var token = await Source(sigstore.ActionsTokenUri, sigstore.ActionsRequestToken).FetchAsync("sigstore", CancellationToken.None);

        token.Should().BeEquivalentTo(new { sigstore.Issuer, sigstore.Subject, SubjectToProve = sigstore.Subject, ExpiresAt = time.GetUtcNow().AddMinutes(10) });
    }

    [Fact]
    public async Task A_service_that_is_busy_is_asked_again()
    {
        var statuses = new Queue<int>([503, 200]);
        await using var server = await ScriptedServer.StartAsync(context => AnswerAsync(context, statuses.Dequeue(), Token()));

        (await Source($"http://{server.Address}/").FetchAsync("sigstore", CancellationToken.None)).Raw.Should().Be(Token());
    }

    [Fact]
    public async Task No_message_holds_the_token_or_the_permission()
    {
        (Func<HttpContext, Task> Answer, string Code)[] answers =
        [
            (context => AnswerAsync(context, 403, Permission), SigningServiceException.Refused),
            (context => AnswerAsync(context, 500, Token()), SigningServiceException.Unavailable),
            (context => AnswerAsync(context, 200, Token(claims => claims["aud"] = "other")), SigningServiceException.NoIdentity),
            (context => AnswerAsync(context, 200, ""), SigningServiceException.NoIdentity),
            (context => context.Response.WriteAsync(Token()), SigningServiceException.BadAnswer),
            (context => context.Response.WriteAsync($"{{\"value\":[\"{Token()}\"]}}"), SigningServiceException.BadAnswer),
            (context => context.Response.WriteAsync($"{{\"value\":tru{Token()}}}"), SigningServiceException.BadAnswer),
            (context => context.Response.WriteAsync($"{{\"{Token()}\":1}}"), SigningServiceException.BadAnswer),
            (context => context.Response.WriteAsync($"{{\"value\":\"{Token()}{new string('x', 2 * IdentityToken.MaximumSize)}\"}}"), SigningServiceException.BadAnswer),
        ];
        foreach (var (answer, code) in answers)
        {
            await using var server = await ScriptedServer.StartAsync(context => answer(context));

            var fault = await FaultAsync(Source($"http://{server.Address}/"));

            fault.ShouldHideTheToken(Token(), code);
            fault.ShouldHideTheToken(Permission, code);
        }
    }

    [Theory]
    [InlineData("http://token.example/", SigningServiceException.Unavailable)]
    [InlineData("http://192.0.2.1/", SigningServiceException.Unavailable)]
    [InlineData("not an address", SigningServiceException.NoIdentity)]
    [InlineData("https://token.example/#x", SigningServiceException.NoIdentity)]
    public async Task An_address_that_cannot_be_trusted_with_the_permission_is_not_asked(string address, string code) =>
        (await FaultAsync(Source(address))).ShouldHideTheToken(Permission, code);

    private static Task AnswerAsync(HttpContext context, int status, string token) => Connections.AnswerAsync(context, status, $"{{\"count\":1,\"value\":\"{token}\"}}");

    private static async Task<SigningServiceException> FaultAsync(IIdentityTokenSource source) =>
        (await FluentActions.Awaiting(async () => await source.FetchAsync("sigstore", CancellationToken.None)).Should().ThrowAsync<SigningServiceException>()).Which;

    private static IIdentityTokenSource Source(string address, string permission = Permission)
    {
        var environment = new Dictionary<string, string> { ["ACTIONS_ID_TOKEN_REQUEST_URL"] = address, ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = permission };
        return IdentityTokenSources.Detect(new IdentityTokenOptions(), environment.GetValueOrDefault, Connections.Http, new RetryTime());
    }
}
