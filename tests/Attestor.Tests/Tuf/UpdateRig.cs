using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Tuf;
using Provenance.Testing;
using Provenance.Testing.Tuf;

namespace Provenance.Attestor.Tests.Tuf;

/// <summary>A repository, a cache, and the client between them, with a clock that the test moves.</summary>
internal sealed class UpdateRig : IAsyncDisposable
{
    public const string Name = "trusted_root.json";

    private readonly TemporaryFolder folder = new();
    private readonly byte[] firstRoot;

    private UpdateRig(TestTufRepository repository)
    {
        Repository = repository;
        firstRoot = repository.NewestRoot;
        Cache = new TufCache(folder["cache"]);
    }

    public TestTufRepository Repository { get; }

    public TufCache Cache { get; }

    public ManualTime Time { get; } = new();

    public string Folder => folder.Path;

    public static async Task<UpdateRig> StartAsync(bool consistent = true) => new(await TestTufRepository.StartAsync(consistent));

    /// <summary>One with everything in the cache already.</summary>
    public static async Task<UpdateRig> StartUpdatedAsync()
    {
        var rig = await StartAsync();
        await rig.UpdateAsync();
        return rig;
    }

    public async Task<TufUpdate> UpdateAsync(byte[]? givenRoot = null, string name = Name)
    {
        using var mirror = new TufMirror(Repository.Address, Time);
        return await new TufClient(mirror, Cache, firstRoot, Time).UpdateAsync(givenRoot, [name], ["signing_config.v0.2.json"], CancellationToken.None);
    }

    /// <summary>What the update says that it refuses by; the trusted root in the cache stays what it was.</summary>
    public async Task<TufException> RefusalAsync(byte[]? givenRoot = null, string name = Name)
    {
        string? before = Cached();
        var refusal = (await FluentActions.Awaiting(() => UpdateAsync(givenRoot, name)).Should().ThrowAsync<TufException>()).Which;
        Cached().Should().Be(before);
        return refusal;
    }

    /// <summary>The trusted root that the cache gives without a connection.</summary>
    public string? Cached() => CachedTrust.Open(Cache, firstRoot)?.Find(Name) is { } target ? Encoding.UTF8.GetString(target.Content.Span) : null;

    /// <summary>Changes a file of the repository as anybody on the way could.</summary>
    public void Alter(string path, Action<JsonObject> edit)
    {
        var file = JsonNode.Parse(Repository.Files[path])!.AsObject();
        edit(file);
        Repository.Files[path] = Encoding.UTF8.GetBytes(file.ToJsonString());
    }

    public async ValueTask DisposeAsync()
    {
        await Repository.DisposeAsync();
        folder.Dispose();
    }
}
