using System.Net;
using System.Security.Cryptography;
using System.Text;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Rekor;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Transparency;

namespace Provenance.Attestor.Tests.Rekor;

/// <summary>A log that has the entry already, and what it may say of where.</summary>
public sealed class RekorLogTests
{
    private static readonly string Id = new('a', 80);

    [Theory]
    [InlineData(null)]
    [InlineData("/api/v1/log/entries/")]
    [InlineData("/api/v1/log/entries/../../admin")]
    [InlineData("/api/v1/log/entries/xyz")]
    [InlineData("https://elsewhere.example.com/api/v1/log/entries/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_place_that_is_no_entry_of_this_log_is_not_followed(string? location)
    {
        var http = new Scripted(location, "{}");

        var thrown = (await Enter(http).Should().ThrowAsync<SigningServiceException>()).Which;

        thrown.Code.Should().Be(SigningServiceException.BadAnswer);
        thrown.Message.Should().Contain("Location");
        http.Asked.Should().Equal("POST https://log.example.com/base/api/v1/log/entries");
    }

    [Fact]
    public async Task The_entry_is_fetched_by_its_id_and_verified_like_any_other()
    {
        var http = new Scripted($"https://log.example.com/other/path/{Id}?x=1", "{}");

        var thrown = (await Enter(http).Should().ThrowAsync<SigningServiceException>()).Which;

        thrown.Code.Should().Be(SigningServiceException.BadAnswer);
        thrown.Message.Should().Contain("does not hold");
        http.Asked.Should().Equal("POST https://log.example.com/base/api/v1/log/entries", $"GET https://log.example.com/base/api/v1/log/entries/{Id}");
    }

    private static Func<Task> Enter(Scripted handler) => async () =>
    {
        using var http = new HttpClient(handler);
        using var key = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        byte[] statement = "{}"u8.ToArray();
        var content = new EnvelopeContent(Envelope.OfStatement(statement, key.Sign(PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, statement))));
        var log = new RekorLog(new Uri("https://log.example.com/base/"), 1, new ServiceConnection(http, TimeProvider.System, new ServiceOptions()), []);
        await log.EnterAsync(content, new LoggedSigner(IsCertificate: false, key.PublicKey.SubjectPublicKeyInfo), CancellationToken.None);
    };

    private sealed class Scripted(string? location, string entry) : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add($"{request.Method} {request.RequestUri}");
            var answer = new HttpResponseMessage(request.Method == HttpMethod.Post ? HttpStatusCode.Conflict : HttpStatusCode.OK)
            {
                RequestMessage = request,
                Content = new StringContent(entry, Encoding.UTF8, "application/json"),
            };
            if (location is not null)
            {
                answer.Headers.TryAddWithoutValidation("Location", location);
            }

            return Task.FromResult(answer);
        }
    }
}
