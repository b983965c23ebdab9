using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Testing;
using Provenance.Testing.Registries;
using static Provenance.Attestor.Tests.SigningServices.Connections;

namespace Provenance.Attestor.Tests.SigningServices;

/// <summary>Services that are hostile, or stand where somebody can listen.</summary>
public sealed class ServiceSafetyTests
{
    private const string Canary = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.q9Canary_Canary-Canary7";
    private const string Opaque = "ghs_canaryCANARY0123456789";

    [Theory]
    [InlineData("http://fulcio.example/")]
    [InlineData("http://localhost.example/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("ftp://localhost/")]
    [InlineData("https://user:hunter2@fulcio.example/")]
    [InlineData("http://fulcio.example:8080/")]
    public async Task An_address_that_others_can_listen_to_is_not_even_connected_to(string address)
    {
        using var http = new HttpClient(new Untouchable());
        var connection = new ServiceConnection(http, new RetryTime(), new ServiceOptions { PlainHttp = new HashSet<string> { "fulcio.example:80", "fulcio.example:8081" } });

        var fault = (await FluentActions.Awaiting(() => connection.SendAsync(new ServiceRequest { Service = "log", Method = HttpMethod.Get, Uri = new Uri(address), Bearer = Canary }, CancellationToken.None))
            .Should().ThrowAsync<SigningServiceException>()).Which;

        fault.IsTransient.Should().BeFalse();
        fault.ToString().Should().NotContain("hunter2").And.NotContain("Canary");
    }

    [Theory]
    [InlineData("https://fulcio.example/")]
    [InlineData("http://fulcio.fulcio-system.svc/")]
    [InlineData("http://FULCIO.fulcio-system.svc:80/")]
    [InlineData("http://localhost:5555/")]
    [InlineData("http://127.8.8.8/")]
    [InlineData("http://[::1]:5555/")]
    public async Task An_address_that_is_safe_or_was_allowed_by_name_is_connected_to(string address)
    {
        using var http = new HttpClient(new Untouchable());
        var connection = new ServiceConnection(http, new RetryTime(), new ServiceOptions { PlainHttp = new HashSet<string> { "fulcio.fulcio-system.svc" } });

        await FluentActions.Awaiting(() => connection.SendAsync(new ServiceRequest { Service = "log", Method = HttpMethod.Get, Uri = new Uri(address) }, CancellationToken.None))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("Touched.");
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_at_once()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(SkippingTime.Start.AddYears(-20), SkippingTime.Start.AddYears(20));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"https://{listener.LocalEndpoint}/");
        int connections = 0;
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            listener.Stop();
            connections++;
            await using var tls = new SslStream(client.GetStream());
            await FluentActions.Awaiting(async () =>
            {
                await tls.AuthenticateAsServerAsync(certificate);
                byte[] read = new byte[1];
                return await tls.ReadAtLeastAsync(read, 1);
            }).Should().ThrowAsync<Exception>();
        });

        var fault = await FaultAsync(new ServiceRequest { Service = "log", Method = HttpMethod.Get, Uri = address, Bearer = Canary });
        await serving;

        fault.Should().BeEquivalentTo(new { Code = SigningServiceException.Unavailable, IsTransient = false });
        fault.Message.Should().Contain("certificate");
        connections.Should().Be(1);
    }

    [Fact]
    public async Task No_token_is_in_any_message_whatever_the_service_does_with_it()
    {
        foreach (string token in new[] { Canary, Opaque })
        {
            Func<HttpContext, Task>[] tricks =
            [
                context => AnswerAsync(context, 400, $"Bad token {token} received"),
                context => AnswerAsync(context, 401, $"{{\"message\":\"{token}\"}}"),
                context => AnswerAsync(context, 401, $"{{\"message\":\"{string.Concat(token.Select(c => $"\\u{(int)c:x4}"))}\"}}"),
                context => AnswerAsync(context, 403, token[5..]),
                context => AnswerAsync(context, 403, token[..^6]),
                context => AnswerAsync(context, 403, $"{new string('x', 70)}{token}"),
                context => AnswerAsync(context, 500, $"<html>{token}", ("Retry-After", token)),
                context => AnswerAsync(context, 302, token, ("Location", $"http://elsewhere.example/?token={token}")),
                context => AnswerAsync(context, 200, string.Concat(Enumerable.Repeat(token, 100))),
                context => AnswerAsync(context, 204, "", ("Location", token)),
                context =>
                {
                    context.Abort();
                    return Task.CompletedTask;
                },
            ];
            foreach (var trick in tricks)
            {
                await using var server = await ScriptedServer.StartAsync(context => trick(context));
                var request = Request(server.Address, token);

                var fault = await FaultAsync(request);

                HoldsNothingOf(token, $"{fault} {fault.Message} {fault.InnerException} {request}");
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("canary\r\nX-Canary: 1")]
    [InlineData("canary canary")]
    [InlineData("canary\u00e9")]
    public async Task A_token_that_fits_in_no_header_is_not_quoted(string token)
    {
        var inHeaderOfItsOwn = new ServiceRequest { Service = "log", Method = HttpMethod.Get, Uri = new Uri("http://localhost:1/"), Headers = new Dictionary<string, string> { ["X-Token"] = token } };
        foreach (var request in new[] { Request("localhost:1", token), inHeaderOfItsOwn })
        {
            var fault = await FaultAsync(request);

            fault.Code.Should().Be(SigningServiceException.NoIdentity);
            fault.ToString().Should().NotContain("canary");
        }
    }

    [Fact]
    public void Words_of_a_service_are_kept_and_pieces_of_the_token_are_not()
    {
        ErrorExcerpt.From("There was an error processing the identity token"u8, Canary).Should().Be("There was an error processing the identity token");
        ErrorExcerpt.From(Encoding.UTF8.GetBytes($"token {Canary}\r\n\u001b[31mexpired"), Canary).Should().Be("token (token) \ufffd[31mexpired");
        ErrorExcerpt.From("other eyJhbGciOiJub25lIn0.e30. expired"u8, secret: null).Should().Be("other (token) expired");
        ErrorExcerpt.From("other eyJhbGciOiJub25lIn0.e30.c2ln expired"u8, Canary).Should().Be("other (token) expired");
        ErrorExcerpt.From("{\"error\":\"invalid_grant\",\"error_description\":\"gone\"}"u8, null).Should().Be("gone");
        ErrorExcerpt.From("[1]"u8, "short").Should().Be("[1]");
        ErrorExcerpt.From("a short word"u8, "short").Should().Be("a (token) word");
        ErrorExcerpt.From([0xff, 0xfe], null).Should().Be("\ufffd\ufffd");

        var pieces =
            from words in Gen.ListOf(Gen.OneOf(
                from start in Gen.Choose(0, Canary.Length - 8)
                from length in Gen.Choose(8, Canary.Length - start)
                select Canary.Substring(start, length),
                Gen.Elements("error ", "\"", "{", "}", "\\u0065yJ", "\r\n", "message", "ey", "eyJ", "\ud83d")))
            select string.Concat(words);
        Prop.ForAll(pieces.ToArbitrary(), text => HoldsNothingOf(Canary, ErrorExcerpt.From(Encoding.UTF8.GetBytes(text), Canary))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task A_token_in_the_body_is_not_repeated_either()
    {
        await using var server = await ScriptedServer.StartAsync(static context => AnswerAsync(context, 400, $"signature {Canary[^24..]} is not valid"));

        var fault = await FaultAsync(new ServiceRequest { Service = "certificate authority", Method = HttpMethod.Post, Uri = new Uri($"http://{server.Address}/"), Body = "{}"u8.ToArray(), Secret = Canary });

        HoldsNothingOf(Canary, fault.ToString());
    }

    [Fact]
    public void What_stays_on_this_machine_goes_through_no_proxy()
    {
        var proxy = new OutwardProxy(new WebProxy("http://proxy.example:3128"));

        proxy.IsBypassed(new Uri("http://localhost:5000/")).Should().BeTrue();
        proxy.GetProxy(new Uri("http://127.0.0.1/")).Should().BeNull();
        proxy.IsBypassed(new Uri("https://fulcio.example/")).Should().BeFalse();
        proxy.GetProxy(new Uri("https://fulcio.example/")).Should().Be(new Uri("http://proxy.example:3128"));
    }

    private static void HoldsNothingOf(string token, string text)
    {
        for (int i = 0; i + 8 <= token.Length; i++)
        {
            text.Should().NotContain(token.Substring(i, 8));
        }
    }

    private sealed class Untouchable : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new InvalidOperationException("Touched.");
    }
}
