using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Tests.Registries;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Serving;

/// <summary>A registry over real HTTP, with the requests that conformance cases are made of.</summary>
public abstract class RegistryTest : IAsyncLifetime
{
    protected LoopbackRegistry Registry { get; private set; } = null!;

    protected HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    public virtual async Task InitializeAsync() => Use(await StartRegistryAsync());

    public virtual async Task DisposeAsync()
    {
        Http.Dispose();
        await Registry.DisposeAsync();
    }

    protected void Use(LoopbackRegistry registry)
    {
        Registry = registry;
        Http.BaseAddress = registry.Uri;
    }

    protected virtual Task<LoopbackRegistry> StartRegistryAsync() => LoopbackRegistry.StartAsync();

    protected static ByteArrayContent Body(byte[] content, string? contentType = null, string? contentRange = null)
    {
        var body = new ByteArrayContent(content);
        if (contentType is not null)
        {
            body.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        if (contentRange is not null)
        {
            body.Headers.TryAddWithoutValidation("Content-Range", contentRange).Should().BeTrue();
        }

        return body;
    }

    protected static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(",", values) : null;

    protected static async Task ShouldRefuse(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        string body = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(status, body);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        using var json = JsonDocument.Parse(body);
        var error = json.RootElement.GetProperty("errors")[0];
        error.GetProperty("code").GetString().Should().Be(code);
        error.GetProperty("message").GetString().Should().NotBeNullOrEmpty();
    }

    protected async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).Should().BeTrue();
        }

        return await Http.SendAsync(request);
    }

    protected async Task<string> BeginUploadAsync(string repository)
    {
        using var response = await SendAsync(HttpMethod.Post, $"/v2/{repository}/blobs/uploads/");
        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        return Header(response, "Location")!;
    }

    protected async Task<Descriptor> PushBlobAsync(string repository, byte[] content, DigestAlgorithm? algorithm = null)
    {
        var digest = Digest.Of(algorithm ?? DigestAlgorithm.Sha256, content);
        using var response = await SendAsync(HttpMethod.Put, $"{await BeginUploadAsync(repository)}?digest={digest}", Body(content));
        response.StatusCode.Should().Be(HttpStatusCode.Created);
        return new Descriptor { MediaType = MediaTypes.OctetStream, Digest = digest, Size = content.Length };
    }

    protected Task<HttpResponseMessage> PutManifestAsync(string repository, string reference, byte[] content, string mediaType = MediaTypes.Manifest) =>
        SendAsync(HttpMethod.Put, $"/v2/{repository}/manifests/{reference}", Body(content, mediaType));

    /// <summary>Pushes a manifest that has only the empty configuration, and describes it.</summary>
    protected async Task<Descriptor> PushManifestAsync(
        string repository, string? tag = null, Descriptor? subject = null, string? artifactType = null, (string Key, string Value)? annotation = null)
    {
        await PushBlobAsync(repository, Artifacts.EmptyConfig);
        byte[] content = Artifacts.Manifest(subject: subject, artifactType: artifactType, annotation: annotation);
        var descriptor = Descriptor.Of(MediaTypes.Manifest, content);
        using var response = await PutManifestAsync(repository, tag ?? descriptor.Digest.ToString(), content);
        response.StatusCode.Should().Be(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return descriptor;
    }
}
