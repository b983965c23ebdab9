using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Digests;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Serving.Hostility;

public sealed class HostileRequestsTests
{
    private const int Clients = 6;
    private const int MaximumUploads = 40;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private static readonly TimeSpan Span =
        double.TryParse(Environment.GetEnvironmentVariable("PROVENANCE_FUZZ_MINUTES"), CultureInfo.InvariantCulture, out double minutes)
            ? TimeSpan.FromMinutes(minutes)
            : TimeSpan.FromSeconds(4);

    private readonly ErrorLog log = new();
    private readonly ManualTime time = new();

    [Fact]
    public async Task No_request_makes_the_server_fail_or_keeps_an_upload_open()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("PROVENANCE_TEST_SEED"), out int given) ? given : Random.Shared.Next();
        await using var registry = await LoopbackRegistry.StartAsync(maximumUploads: MaximumUploads, configure: Configure);
        using var ending = new CancellationTokenSource(Span);
        var hostile = Enumerable.Range(0, Clients).Select(i => new HostileClient(registry.Uri, seed + i)).ToList();

        await Task.WhenAll([.. hostile.Select(client => client.RunAsync(ending.Token)), AgeAsync(ending.Token)]);

        hostile.SelectMany(static c => c.Failures).Should().BeEmpty($"seed {seed}");
        log.Errors.Should().BeEmpty($"seed {seed}");
        hostile.Sum(static c => c.Answers).Should().BeGreaterThan(100);
        using var client = new HttpClient { BaseAddress = registry.Uri };
        await ShouldServeAsync(client);
        await ShouldHaveRoomForUploadsAsync(client);
    }

    [Fact]
    public async Task Uploads_that_break_off_by_the_dozen_leave_a_server_that_takes_the_blob()
    {
        await using var registry = await LoopbackRegistry.StartAsync(maximumUploads: MaximumUploads, configure: Configure);
        using var client = new HttpClient { BaseAddress = registry.Uri };
        byte[] content = RandomNumberGenerator.GetBytes(3_000_000);
        var path = new Uri($"/v2/app/blobs/uploads/?digest={Digest.Of(content)}", UriKind.Relative);
        var pushes = Enumerable.Range(0, 60).Select(async i =>
        {
            using var abort = new CancellationTokenSource(TimeSpan.FromMilliseconds(i % 20));
            try
            {
                using var body = new ByteArrayContent(content);
                using var response = await client.PostAsync(path, body, abort.Token);
                return response.StatusCode;
            }
            catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException)
            {
                return (HttpStatusCode?)null;
            }
        });

        var answers = await Task.WhenAll(pushes);

        answers.Should().OnlyContain(static s => s == null || s == HttpStatusCode.Created || s == HttpStatusCode.TooManyRequests);
        log.Errors.Should().BeEmpty();
        using var again = await client.PostAsync(path, new ByteArrayContent(content));
        again.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("PUT /v2/app/manifests/v1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{0}", 10, "400")]
    [InlineData("POST /v2/app/blobs/uploads/?digest=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 HTTP/1.1\r\nHost: a\r\n"
        + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{0}", 10, "400")]
    [InlineData("GET /v2/ HTTP/1.1\r\nHost: a\r\nX-A: {0}\r\n\r\n", 40_000, "431")]
    [InlineData("GET /{0} HTTP/1.1\r\nHost: a\r\n\r\n", 9000, "414")]
    public async Task A_request_that_cannot_be_read_is_the_fault_of_its_sender(string request, int length, string status)
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(registry.Uri.Host, registry.Uri.Port);
        using var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(string.Format(CultureInfo.InvariantCulture, request, new string('x', length))));

        using var reader = new StreamReader(stream);

        (await reader.ReadLineAsync()).Should().StartWith($"HTTP/1.1 {status}");
    }

    private void Configure(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<ILoggerProvider>(new ErrorLogProvider(log));
    }

    /// <summary>Lets uploads expire again and again, also while something is sent to them.</summary>
    private async Task AgeAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            time.Jump(Lifetime / 2);
            await Task.Delay(200, CancellationToken.None);
        }
    }

    private static async Task ShouldServeAsync(HttpClient client)
    {
        byte[] content = RandomNumberGenerator.GetBytes(1000);
        using var pushed = await client.PostAsync(new Uri($"/v2/healthy/blobs/uploads/?digest={Digest.Of(content)}", UriKind.Relative), new ByteArrayContent(content));
        pushed.StatusCode.Should().BeOneOf(HttpStatusCode.Created, HttpStatusCode.TooManyRequests);
        using var ping = await client.GetAsync(new Uri("/v2/", UriKind.Relative));
        ping.StatusCode.Should().Be(HttpStatusCode.OK);
        ping.Headers.Contains("Server").Should().BeFalse();
    }

    /// <summary>Whatever was left open expires, so that as many uploads as are allowed can be begun again.</summary>
    private async Task ShouldHaveRoomForUploadsAsync(HttpClient client)
    {
        time.Jump(2 * Lifetime);
        for (int i = 0; i < MaximumUploads; i++)
        {
            using var begun = await client.PostAsync(new Uri("/v2/healthy/blobs/uploads/", UriKind.Relative), null);
            begun.StatusCode.Should().Be(HttpStatusCode.Accepted);
        }

        using var tooMany = await client.PostAsync(new Uri("/v2/healthy/blobs/uploads/", UriKind.Relative), null);
        tooMany.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }
}
