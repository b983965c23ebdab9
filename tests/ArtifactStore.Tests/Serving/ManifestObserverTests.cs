using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Tests.Registries;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Serving;

public sealed class ManifestObserverTests
{
    [Fact]
    public async Task Observers_hear_of_a_stored_manifest_even_after_one_of_them_failed()
    {
        var recorder = new Recorder();
        await using var registry = await LoopbackRegistry.StartAsync(configure: services =>
        {
            services.AddSingleton<IManifestObserver, Failing>();
            services.AddSingleton<IManifestObserver>(recorder);
        });
        using var client = new RemoteRegistry(new RemoteRegistryOptions { CredentialsFile = "/nonexistent" }, TimeProvider.System);
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));
        await repository.PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, CancellationToken.None);

        var image = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(), "v1", CancellationToken.None);
        var referrer = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(subject: image), tag: null, CancellationToken.None);

        recorder.Heard.Should().Equal(("app", image.Digest, null), ("app", referrer.Digest, image.Digest));
    }

    private sealed class Failing : IManifestObserver
    {
        public ValueTask ManifestStoredAsync(string repository, Descriptor manifest, Digest? subject, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The index is away.");
    }

    private sealed class Recorder : IManifestObserver
    {
        public List<(string Repository, Digest Manifest, Digest? Subject)> Heard { get; } = [];

        public ValueTask ManifestStoredAsync(string repository, Descriptor manifest, Digest? subject, CancellationToken cancellationToken)
        {
            Heard.Add((repository, manifest.Digest, subject));
            return ValueTask.CompletedTask;
        }
    }
}
