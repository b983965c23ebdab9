using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Serving;

public sealed class OciErrorsTests
{
    private const string Secret = "/var/lib/secret";

    public static TheoryData<string> Faults => ["disk full", "quota reached", "disk broken", "bug"];

    [Theory, MemberData(nameof(Faults))]
    public async Task What_the_storage_cannot_do_is_answered_without_its_inner_life(string fault)
    {
        await using var registry = await LoopbackRegistry.StartAsync(configure: services =>
        {
            services.AddSingleton<IBlobUploads>(new FaultyUploads(Make(fault)));
            services.AddSingleton<IBlobStore>(new FaultyStore(Make(fault)));
        });
        using var client = new HttpClient { BaseAddress = registry.Uri };
        var digest = Digest.Of([1]);
        (HttpMethod Method, string Path)[] requests =
        [
            (HttpMethod.Post, "/v2/app/blobs/uploads/"),
            (HttpMethod.Post, $"/v2/app/blobs/uploads/?digest={digest}"),
            (HttpMethod.Patch, $"/v2/app/blobs/uploads/{new string('0', 32)}"),
            (HttpMethod.Put, $"/v2/app/blobs/uploads/{new string('0', 32)}?digest={digest}"),
            (HttpMethod.Put, $"/cas/{digest.Hex}"),
        ];
        foreach (var (method, path) in requests)
        {
            using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent([1]) };
            using var response = await client.SendAsync(request);

            string body = await response.Content.ReadAsStringAsync();
            bool full = fault is "disk full" or "quota reached";
            response.StatusCode.Should().Be(full ? HttpStatusCode.InsufficientStorage : HttpStatusCode.InternalServerError, path);
            body.Should().StartWith($$"""{"errors":[{"code":"{{(full ? "INSUFFICIENT_STORAGE" : "UNKNOWN")}}","message":""");
            body.Should().NotContain(Secret);
        }
    }

    [Theory]
    [InlineData("/v2/app")]
    [InlineData("/v2/app/unknown/thing")]
    [InlineData("/v2/_catalog")]
    [InlineData("/v3/")]
    [InlineData("/")]
    public async Task A_path_that_nobody_knows_is_not_found(string path)
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        using var client = new HttpClient { BaseAddress = registry.Uri };

        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private static Exception Make(string fault) => fault switch
    {
        "disk full" => new IOException(Secret, 28),
        "quota reached" => new IOException(Secret, 122),
        "disk broken" => new IOException(Secret, 5),
        _ => new InvalidOperationException(Secret),
    };

    private sealed class FaultyUploads(Exception fault) : IBlobUploads
    {
        public Task<string> StartAsync(string owner, CancellationToken cancellationToken) => throw fault;

        public ValueTask<long?> FindLengthAsync(string owner, string id, CancellationToken cancellationToken) => throw fault;

        public Task<long> AppendAsync(string owner, string id, ByteRange? range, Stream content, CancellationToken cancellationToken) => throw fault;

        public Task CommitAsync(string owner, string id, Digest expected, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken) => throw fault;

        public Task<bool> CancelAsync(string owner, string id, CancellationToken cancellationToken) => throw fault;
    }

    private sealed class FaultyStore(Exception fault) : IBlobStore
    {
        public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) => throw fault;

        public ValueTask<IBlobReader?> OpenAsync(Digest digest, CancellationToken cancellationToken) => throw fault;

        public Task<bool> WriteAsync(Digest expected, Stream content, long maximumSize, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken) => throw fault;

        public Task<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken) => throw fault;
    }
}
