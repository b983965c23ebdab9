using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Serving;
using Provenance.ArtifactStore.Serving.Caches;
using Provenance.ArtifactStore.Space;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Space;

/// <summary>A served store whose clock skips every delay.</summary>
public abstract class SpaceTest : Serving.RegistryTest
{
    protected static CancellationToken None => CancellationToken.None;

    protected SkippingTime Time { get; } = new();

    private protected DiskBlobStore Disk => Registry.Services.GetRequiredService<DiskBlobStore>();

    private protected IBlobStore Blobs => Registry.Services.GetRequiredService<IBlobStore>();

    private protected IKeyTable Keys => Registry.Services.GetRequiredService<IKeyTable>();

    private protected BlobLeases Leases => Registry.Services.GetRequiredService<BlobLeases>();

    private protected ISpace Space => Registry.Services.GetRequiredService<ISpace>();

    private protected virtual SpaceOptions Options => new();

    public override async Task InitializeAsync() =>
        Use(await LoopbackRegistry.StartAsync(configure: services => services.AddSingleton<TimeProvider>(Time), space: Options));

    private protected static NamePattern Pattern(string text) => NamePattern.TryParsePath(text, out var pattern) ? pattern : throw new ArgumentException(text);

    private protected static byte[] Bytes(string text, int size = 0) => [.. Encoding.UTF8.GetBytes(text), .. new byte[size]];

    private protected Task<CollectionReport> CollectAsync() => Space.CollectAsync(isDryRun: false, progress: null, None);

    private protected async Task<Digest> CacheAsync(string path, byte[] content)
    {
        using var response = await SendAsync(HttpMethod.Put, path, Body(content));
        response.IsSuccessStatusCode.Should().BeTrue();
        return Digest.Of(content);
    }

    private protected Task<Digest> BareAsync(byte[] content) => CacheAsync($"/cas/{Digest.Of(content).Hex}", content);

    private protected async Task<bool> IsStoredAsync(Digest digest) => await Disk.FindSizeAsync(digest, None) is not null;

    private protected async Task<int> StatusAsync(HttpMethod method, string path)
    {
        using var response = await SendAsync(method, path);
        return (int)response.StatusCode;
    }
}
