using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Tests.Registries;
using Provenance.ArtifactStore.Tests.Serving;
using Provenance.ArtifactStore.Upstreams;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Upstreams;

/// <summary>A store whose repositories <c>mirror/**</c> stand for <c>library/**</c> of an upstream that tests control.</summary>
public abstract class MirrorTest : RegistryTest
{
    private protected ScriptedUpstream Upstream { get; private set; } = null!;

    private protected MovableTime Time { get; } = new();

    public override async Task InitializeAsync()
    {
        Upstream = await ScriptedUpstream.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    protected override Task<LoopbackRegistry> StartRegistryAsync()
    {
        var upstream = new Upstream
        {
            Repositories = [NamePattern.TryParsePath("mirror/**", out var pattern) ? pattern : throw new FormatException()],
            Registry = Upstream.Address,
            LocalPrefix = "mirror/",
            RemotePrefix = "library/",
            Lifetime = TimeSpan.FromMinutes(10),
        };
        return LoopbackRegistry.StartAsync(upstreams: [upstream], configure: services => services.AddSingleton<TimeProvider>(Time));
    }

    protected Task<HttpResponseMessage> GetAsync(string path) => SendAsync(HttpMethod.Get, $"/v2/mirror/app/{path}");

    protected async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var response = await GetAsync(path);
        return response.StatusCode;
    }

    protected async Task<Digest> DigestAsync(string path)
    {
        using var response = await GetAsync(path);
        return Digest.Of(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync());
    }

    protected async Task<string[]> ReferrersAsync(Digest subject)
    {
        using var response = await GetAsync($"referrers/{subject}");
        using var index = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        return [.. index.RootElement.GetProperty("manifests").EnumerateArray().Select(static manifest => manifest.GetProperty("digest").GetString()!)];
    }
}
