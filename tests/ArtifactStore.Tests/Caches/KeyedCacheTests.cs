using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Caches;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Caches;

public sealed class KeyedCacheTests : IAsyncLifetime
{
    private static readonly byte[] First = "first"u8.ToArray();
    private static readonly byte[] Second = "second"u8.ToArray();

    private LoopbackRegistry store = null!;
    private IKeyTable keys = null!;
    private IBlobStore blobs = null!;
    private KeyedCache cache = null!;

    public async Task InitializeAsync()
    {
        store = await LoopbackRegistry.StartAsync();
        keys = store.Services.GetRequiredService<IKeyTable>();
        blobs = store.Services.GetRequiredService<IBlobStore>();
        cache = store.Services.GetRequiredService<KeyedCache>();
    }

    public Task DisposeAsync() => store.DisposeAsync().AsTask();

    [Fact]
    public async Task Forgetting_takes_away_a_key_that_stands_for_what_is_lost()
    {
        await cache.SetAsync("t", "key", Digest.Of(First), CancellationToken.None);

        await cache.ForgetAsync("t", "key", Digest.Of(First), CancellationToken.None);

        keys.TryFind("t", "key", out _).Should().BeFalse();
    }

    [Fact]
    public async Task Forgetting_leaves_a_key_that_was_set_anew_meanwhile()
    {
        await cache.SetAsync("t", "key", Digest.Of(Second), CancellationToken.None);

        await cache.ForgetAsync("t", "key", Digest.Of(First), CancellationToken.None);

        keys.TryFind("t", "key", out var value).Should().BeTrue();
        Encoding.UTF8.GetString(value.Span).Should().Be(Digest.Of(Second).ToString());
    }

    [Fact]
    public async Task Forgetting_leaves_a_key_whose_blob_was_written_again_meanwhile()
    {
        await blobs.WriteAsync(Digest.Of(First), new MemoryStream(First), 100, CancellationToken.None);
        await cache.SetAsync("t", "key", Digest.Of(First), CancellationToken.None);

        await cache.ForgetAsync("t", "key", Digest.Of(First), CancellationToken.None);

        keys.TryFind("t", "key", out _).Should().BeTrue();
    }

    [Fact]
    public async Task A_value_that_is_no_digest_is_no_entry()
    {
        await keys.ChangeAsync([KeyChange.Set("t", "key", new byte[] { 1, 2 })], CancellationToken.None);

        (await cache.OpenAsync("t", "key", CancellationToken.None)).Should().BeNull();
        (await cache.RemoveAsync("t", "key", CancellationToken.None)).Should().BeTrue();
    }

    [Fact]
    public async Task A_listing_ends_at_its_bound()
    {
        foreach (string name in new[] { "a/1", "a/2", "b", "c/1", "d" })
        {
            await cache.SetAsync("t", name, Digest.Of(First), CancellationToken.None);
        }

        cache.List("t", "", 3).Should().Equal(new CacheChild("a", true), new CacheChild("b", false), new CacheChild("c", true));
        cache.List("t", "a/", 10).Should().Equal(new CacheChild("a/1", false), new CacheChild("a/2", false));
        cache.List("t", "e/", 10).Should().BeEmpty();
    }

    [Fact]
    public async Task Many_that_set_and_forget_the_same_key_leave_one_that_was_set()
    {
        await blobs.WriteAsync(Digest.Of(Second), new MemoryStream(Second), 100, CancellationToken.None);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Task.Run(() => number % 2 == 0
            ? cache.ForgetAsync("t", "key", Digest.Of(First), CancellationToken.None)
            : cache.SetAsync("t", "key", Digest.Of(Second), CancellationToken.None))));

        using var blob = await cache.OpenAsync("t", "key", CancellationToken.None);
        blob!.Digest.Should().Be(Digest.Of(Second));
    }
}
