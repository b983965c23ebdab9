using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Microsoft.AspNetCore.Http;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Tests.SigningServices;
using Provenance.Attestor.Timestamps;
using Provenance.Attestor.Trust;
using Provenance.Testing.Registries;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Timestamps;

public sealed class TimestampClientTests : IAsyncLifetime
{
    private static readonly byte[] Signature = RandomNumberGenerator.GetBytes(71);

    private readonly RetryTime time = new();
    private LoopbackSigstore sigstore = null!;

    private Uri Authority => new(sigstore.TimestampUri);

    public async Task InitializeAsync() => sigstore = await LoopbackSigstore.StartAsync(new LoopbackSigstoreOptions { Time = time });

    public Task DisposeAsync() => sigstore.DisposeAsync().AsTask();

    [Fact]
    public async Task A_signature_is_stamped_as_verifiers_want_it()
    {
        var root = sigstore.ReadTrustedRoot();

        var stamped = await Client(root).StampAsync(Authority, Signature, CancellationToken.None);

        stamped.Time.Should().Be(time.GetUtcNow());
        stamped.Authority.Should().BeSameAs(root.TimestampAuthorities[0]);
        TimestampVerifier.Verify(stamped.Response, Signature, root.TimestampAuthorities).Time.Should().Be(stamped.Time);
    }

    [Fact]
    public async Task A_query_asks_for_the_signature_bytes_with_a_nonce_of_its_own_and_for_the_certificate()
    {
        List<byte[]> queries = [];
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            queries.Add(body.ToArray());
            await Connections.AnswerAsync(context, context.Request.ContentType is "application/timestamp-query" ? 400 : 415);
        });

        await FaultAsync(new Uri($"http://{server.Address}/"));
        await FaultAsync(new Uri($"http://{server.Address}/"));

        var read = queries.ConvertAll(static query => Rfc3161TimestampRequest.TryDecode(query, out var request, out int length) && length == query.Length ? request : null);
        read.Should().OnlyContain(request => request!.RequestSignerCertificate && request.HashAlgorithmId.Value == "2.16.840.1.101.3.4.2.1" && request.RequestedPolicyId == null);
        read[0]!.GetMessageHash().ToArray().Should().Equal(SHA256.HashData(Signature));
        read[0]!.GetNonce()!.Value.Length.Should().BeInRange(6, 9);
        read[0]!.GetNonce()!.Value.ToArray().Should().NotEqual(read[1]!.GetNonce()!.Value.ToArray());
    }

    [Fact]
    public async Task Every_nonce_is_understood_whatever_its_first_bits()
    {
        for (int i = 0; i < 40; i++)
        {
            await Client().StampAsync(Authority, Signature, CancellationToken.None);
        }

        sigstore.Requests(SigstoreService.TimestampAuthority).Should().Be(40);
    }

    [Theory]
    [InlineData(SigstoreLie.TimestampOverOtherBytes, "does not belong to the query")]
    [InlineData(SigstoreLie.TimestampWithoutNonce, "does not belong to the query")]
    [InlineData(SigstoreLie.TimestampWithAnotherNonce, "does not belong to the query")]
    [InlineData(SigstoreLie.TimestampByAnotherRoot, "does not hold against the trusted root")]
    public async Task An_answer_that_verifiers_would_refuse_is_refused_here(SigstoreLie lie, string reason)
    {
        sigstore.Lie = lie;

        var fault = await FaultAsync(Authority);

        fault.Should().BeEquivalentTo(new { Code = SigningServiceException.BadAnswer, IsTransient = false, Service = Authority.Authority });
        fault.Message.Should().Contain(reason).And.Contain(Authority.Authority);
        sigstore.Requests(SigstoreService.TimestampAuthority).Should().Be(1);
    }

    [Fact]
    public async Task A_time_at_which_the_authority_was_not_trusted_is_refused()
    {
        string json = sigstore.TrustedRootJson;
        string closed = json.Replace("\"start\": \"2026-11-20T11:00:00Z\"", "\"start\": \"2026-11-20T11:00:00Z\", \"end\": \"2026-11-20T11:59:59Z\"", StringComparison.Ordinal);
        closed.Should().NotBe(json);

        (await FaultAsync(Authority, TrustedRoot.Parse(System.Text.Encoding.UTF8.GetBytes(closed)))).Message.Should().Contain("does not hold against the trusted root").And.Contain("not trusted");
    }

    [Fact]
    public async Task An_answer_to_somebody_else_is_refused()
    {
        var earlier = await Client().StampAsync(Authority, Signature, CancellationToken.None);
        byte[][] answers = [earlier.Response.ToArray(), [.. earlier.Response.ToArray(), 0], earlier.Response.ToArray()[..^1], [], "{}"u8.ToArray(), [0x30, 0x00], [0x30, 0x03, 0x02, 0x01, 0x00]];
        foreach (byte[] answer in answers)
        {
            await using var server = await ScriptedServer.StartAsync(context => context.Response.Body.WriteAsync(answer).AsTask());

            (await FaultAsync(new Uri($"http://{server.Address}/"))).Should().BeEquivalentTo(new { Code = SigningServiceException.BadAnswer, IsTransient = false, Service = server.Address });
        }
    }

    [Fact]
    public async Task An_answer_with_something_behind_it_is_refused()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            using var query = new StreamContent(context.Request.Body);
            query.Headers.ContentType = new("application/timestamp-query");
            using var genuine = await Connections.Http.PostAsync(Authority, query);
            await context.Response.Body.WriteAsync((byte[])[.. await genuine.Content.ReadAsByteArrayAsync(), .. context.Request.Path == "/more" ? "x"u8 : []]);
        });

        await Client().StampAsync(new Uri($"http://{server.Address}/"), Signature, CancellationToken.None);
        (await FaultAsync(new Uri($"http://{server.Address}/more"))).Code.Should().Be(SigningServiceException.BadAnswer);
    }

    [Theory]
    [InlineData(2, "the policy is not offered", ": \"the policy is not offered\"")]
    [InlineData(3, null, "")]
    [InlineData(6, "\u001b[31mred", ": \"\ufffd[31mred\"")]
    public async Task An_authority_that_does_not_grant_is_quoted(int status, string? text, string quoted)
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Response.Body.WriteAsync(Rejection(status, text)).AsTask());

        var fault = await FaultAsync(new Uri($"http://{server.Address}/"));

        fault.Code.Should().Be(SigningServiceException.Refused);
        fault.Message.Should().Be($"The time stamping authority {server.Address} did not grant the timestamp (status {status}){quoted}.");
    }

    [Fact]
    public async Task An_authority_that_is_away_or_broken_is_told_apart()
    {
        sigstore.Break(SigstoreService.TimestampAuthority, SigstoreFault.Status(503), 2);
        (await Client().StampAsync(Authority, Signature, CancellationToken.None)).Time.Should().BeOnOrAfter(Testing.SkippingTime.Start);

        sigstore.Break(SigstoreService.TimestampAuthority, SigstoreFault.Status(503, TimeSpan.FromMinutes(2)));
        (await FaultAsync(Authority)).Should().BeEquivalentTo(new { Code = SigningServiceException.Unavailable, IsTransient = true, RetryAfter = TimeSpan.FromMinutes(2) });

        sigstore.Break(SigstoreService.TimestampAuthority, SigstoreFault.Oversized);
        (await FaultAsync(Authority)).Code.Should().Be(SigningServiceException.BadAnswer);

        sigstore.Break(SigstoreService.TimestampAuthority, SigstoreFault.Malformed);
        (await FaultAsync(Authority)).Code.Should().Be(SigningServiceException.BadAnswer);
    }

    private static byte[] Rejection(int status, string? text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteInteger(status);
            if (text is not null)
            {
                using var texts = writer.PushSequence();
                writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
            }
        }

        return writer.Encode();
    }

    private TimestampClient Client(TrustedRoot? root = null) => new(new ServiceConnection(Connections.Http, time, new ServiceOptions()), root ?? sigstore.ReadTrustedRoot());

    private async Task<SigningServiceException> FaultAsync(Uri authority, TrustedRoot? root = null) =>
        (await FluentActions.Awaiting(() => Client(root).StampAsync(authority, Signature, CancellationToken.None)).Should().ThrowAsync<SigningServiceException>()).Which;
}
