using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class RemoteRepositoryTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_image_and_its_referrer_come_back_as_they_were_pushed(bool referrersApi)
    {
        await using var registry = await LoopbackRegistry.StartAsync(referrersApi);
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{registry.Address}/team/app"));
        byte[] layer = "layer"u8.ToArray();
        var layerDescriptor = Descriptor.Of(MediaTypes.OctetStream, layer);

        await repository.PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);
        await repository.PushBlobAsync(layerDescriptor, layer, None);
        var image = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(layerDescriptor), "v1", None);
        var referrer = await repository.PushManifestAsync(
            MediaTypes.Manifest,
            Artifacts.Manifest(layerDescriptor, image, Artifacts.BundleType, ("dev.sigstore.bundle.content", "dsse-envelope")),
            tag: null,
            None);

        repository.Name.Should().Be($"{registry.Address}/team/app");
        (await repository.ResolveAsync("v1", None))!.Digest.Should().Be(image.Digest);
        (await repository.FetchBlobAsync(layerDescriptor.Digest, 100, None)).Should().Equal(layer);
        (await repository.FetchManifestAsync(referrer.Digest, None))!.Descriptor.MediaType.Should().Be(MediaTypes.Manifest);
        (await repository.FetchReferrersAsync(image.Digest, None)).Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            referrer.Digest,
            referrer.Size,
            MediaType = MediaTypes.Manifest,
            ArtifactType = Artifacts.BundleType,
            Annotations = new Dictionary<string, string> { ["dev.sigstore.bundle.content"] = "dsse-envelope" },
        });
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));

        (await repository.ResolveAsync("v1", None)).Should().BeNull();
        (await repository.FetchManifestAsync(Artifacts.Missing, None)).Should().BeNull();
        (await repository.FetchBlobAsync(Artifacts.Missing, 100, None)).Should().BeNull();
        (await repository.FetchReferrersAsync(Artifacts.Missing, None)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Eight_clients_that_attach_at_once_lose_nothing(bool referrersApi)
    {
        await using var registry = await LoopbackRegistry.StartAsync(referrersApi);
        using var setUp = NewClient();
        var reference = Reference.Parse($"{registry.Address}/app");
        await setUp.Repository(reference).PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);
        var image = await setUp.Repository(reference).PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(), "v1", None);

        var pushed = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            using var client = NewClient();
            byte[] manifest = Artifacts.Manifest(subject: image, artifactType: Artifacts.BundleType, annotation: ("number", $"{number}"));
            return await client.Repository(reference).PushManifestAsync(MediaTypes.Manifest, manifest, tag: null, None);
        }));

        var listed = await setUp.Repository(reference).FetchReferrersAsync(image.Digest, None);
        listed.Select(entry => entry.Digest).Should().BeEquivalentTo(pushed.Select(entry => entry.Digest));
    }

    private static RemoteRegistry NewClient() => new(
        new RemoteRegistryOptions { CredentialsFile = "/nonexistent", FallbackSettleDelay = TimeSpan.FromMilliseconds(20) }, TimeProvider.System);
}
