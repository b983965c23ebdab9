using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys.Disks;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Tests.Logs;
using Provenance.ArtifactStore.Tests.Registries;
using Provenance.ArtifactStore.Upgrades;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Upgrades;

public sealed class StoreUpgradeTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Layer = LogFolder.Content(1, 100_000);

    private readonly TemporaryFolder temporary = new();

    [Fact]
    public async Task A_folder_of_format_1_is_taken_over_with_all_it_holds()
    {
        var (image, referrer) = WriteFirstFormat();

        using (var folder = DataFolder.Open(temporary["data"]))
        using (var log = Open(folder))
        {
            await ShouldHoldAsync(log, image, referrer);
        }

        File.ReadAllText(temporary["data/format"]).Should().Be("2\n");
        Directory.Exists(temporary["data/repositories"]).Should().BeFalse();
        using var again = DataFolder.Open(temporary["data"]);
        using var opened = Open(again);
        await ShouldHoldAsync(opened, image, referrer);
    }

    [Fact]
    public async Task An_upgrade_that_was_broken_off_is_begun_anew()
    {
        var (image, referrer) = WriteFirstFormat();
        using (var folder = DataFolder.Open(temporary["data"]))
        using (var log = OpenedLog.Of(folder))
        {
            // What an earlier attempt wrote before it died, and what has changed since.
            await log.CommitAsync(LogUnit.OfFile(Digest.Of("gone"u8), 4, []));
        }

        File.ReadAllText(temporary["data/format"]).Should().Be("1\n");
        using var again = DataFolder.Open(temporary["data"]);
        using var opened = Open(again);

        await ShouldHoldAsync(opened, image, referrer);
        opened.TryFind(Digest.Of("gone"u8), out _, out _).Should().BeFalse();
    }

    [Fact]
    public void An_upgrade_that_fails_leaves_the_folder_as_it_was()
    {
        WriteFirstFormat();
        using var folder = DataFolder.Open(temporary["data"]);
        var disk = new FaultyDisk { OnFlush = static () => new StorageFullException("the disk") };

        FluentActions.Invoking(() => StoreUpgrade.Open(folder, LogFolder.Small, disk, TimeProvider.System, NullLogger.Instance))
            .Should().Throw<DataFolderException>().WithMessage("*left as it was*");

        File.ReadAllText(temporary["data/format"]).Should().Be("1\n");
        Directory.Exists(temporary["data/repositories/team/app"]).Should().BeTrue();
    }

    public void Dispose() => temporary.Dispose();

    private static StoreLog Open(DataFolder folder) =>
        StoreUpgrade.Open(folder, LogFolder.Small, new LocalDisk(Durability.Full), TimeProvider.System, NullLogger.Instance);

    private static async Task ShouldHoldAsync(StoreLog log, Descriptor image, Descriptor referrer)
    {
        var blobs = new DiskBlobStore(log);
        var keys = new DiskKeyTable(log);
        var manifests = new ManifestStore(keys, blobs);
        (await blobs.FindSizeAsync(Digest.Of(Layer), None)).Should().Be(Layer.Length);
        using var reader = await blobs.OpenAsync(image.Digest, None);
        (await reader!.ReadAllAsync(10_000, None)).Should().HaveCount((int)image.Size);
        (await manifests.HasBlobAsync("team/app", Digest.Of(Layer), None)).Should().BeTrue();
        manifests.ListTags("team/app").Should().Equal("v1");
        (await manifests.FindTagAsync("team/app", "v1", None)).Should().Be(image.Digest);
        (await manifests.FindMediaTypeAsync("team/app", image.Digest, None)).Should().Be(MediaTypes.Manifest);
        manifests.Exists("team").Should().BeFalse();
        List<Descriptor> listed = [];
        await foreach (var entry in new ReferrerStore(keys, blobs).ListAsync("team/app", image.Digest, last: null, None))
        {
            listed.Add(entry);
        }

        listed.Should().ContainSingle().Which.Should().BeEquivalentTo(referrer);
    }

    /// <summary>Writes what the first version of the store wrote.</summary>
    private (Descriptor Image, Descriptor Referrer) WriteFirstFormat()
    {
        byte[] image = Artifacts.Manifest();
        var described = Descriptor.Of(MediaTypes.Manifest, image);
        byte[] referring = Artifacts.Manifest(subject: described, artifactType: Artifacts.BundleType);
        var referrer = ManifestDocument.Parse(referring, MediaTypes.Manifest).Describe(Digest.Of(referring), referring.Length);
        foreach (byte[] content in new[] { Layer, image, referring })
        {
            string hex = Digest.Of(content).Hex;
            Write($"blobs/sha256/{hex[..2]}/{hex}", content);
        }

        const string repository = "repositories/team/app";
        Write($"{repository}/_blobs/sha256/{Digest.Of(Layer).Hex}", []);
        Write($"{repository}/_manifests/sha256/{described.Digest.Hex}", Encoding.UTF8.GetBytes(MediaTypes.Manifest));
        Write($"{repository}/_manifests/sha256/{referrer.Digest.Hex}", Encoding.UTF8.GetBytes(MediaTypes.Manifest));
        Write($"{repository}/_tags/v1", Encoding.UTF8.GetBytes(described.Digest.ToString()));
        using var json = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(json))
        {
            DescriptorFormat.Write(writer, referrer);
        }

        Write($"{repository}/_referrers/sha256/{described.Digest.Hex}/sha256-{referrer.Digest.Hex}", json.ToArray());
        Write("format", "1\n"u8.ToArray());
        return (described, referrer);
    }

    private void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(temporary[$"data/{path}"])!);
        File.WriteAllBytes(temporary[$"data/{path}"], content);
    }
}
