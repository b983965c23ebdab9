using System.Net;
using System.Text;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Testing.Registries;

namespace Provenance.Attestor.Tests.SigningServices;

/// <summary>What .NET itself would quote of an answer, or of the way to a service.</summary>
public sealed class ServiceEchoTests
{
    private const string Token = "ghs_canaryCANARY0123456789";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX-Echo Bearer {0}\u001b[31m\r\n\r\n", SigningServiceException.BadAnswer)]
    [InlineData("HTTP/1.1 {0}\r\n\r\n", SigningServiceException.BadAnswer)]
    [InlineData("{0}\r\n\r\n", SigningServiceException.BadAnswer)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{0}\r\n", SigningServiceException.Unavailable)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na{0}\r\n", SigningServiceException.Unavailable)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{0}", SigningServiceException.Unavailable)]
    public async Task A_token_that_comes_back_in_what_is_no_HTTP_is_not_quoted(string answer, string code)
    {
        string encoded = BitConverter.ToString(Encoding.ASCII.GetBytes(Token));
        await using var server = new RawServer(_ => answer.Replace("{0}", Token, StringComparison.Ordinal));
        var request = new ServiceRequest { Service = "log", Method = HttpMethod.Get, Uri = new Uri($"http://{server.Address}/"), Bearer = Token };

        var fault = await Connections.FaultAsync(request);

        fault.Code.Should().Be(code);
        fault.ToString().Should().NotContain(Token[..8]).And.NotContain(Token[^8..]).And.NotContain(encoded[..23]).And.NotContain("\u001b");
    }

    [Theory]
    [InlineData("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("hunter2\r\n\r\n")]
    public async Task The_password_of_a_proxy_is_in_no_message(string answer)
    {
        await using var server = new RawServer(_ => answer);
        using var http = new HttpClient(new SocketsHttpHandler { Proxy = new WebProxy($"http://user:hunter2@{server.Address}") }) { Timeout = Timeout.InfiniteTimeSpan };
        var connection = new ServiceConnection(http, new RetryTime(), new ServiceOptions());

        var fault = (await FluentActions.Awaiting(() => connection.SendAsync(new ServiceRequest { Service = "log", Method = HttpMethod.Get, Uri = new Uri("https://fulcio.example/") }, CancellationToken.None))
            .Should().ThrowAsync<SigningServiceException>()).Which;

        fault.ToString().Should().NotContain("hunter2");
    }
}
