using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.References;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.Attestor.Tests.Attesting;

/// <summary>What a process that is started after its key was replaced makes of runs that are attested already.</summary>
public sealed class KeyRotationTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder keys = new();
    private readonly RemoteRegistry client = new(new RemoteRegistryOptions(), TimeProvider.System);
    private LoopbackRegistry registry = null!;

    public async Task InitializeAsync() => registry = await LoopbackRegistry.StartAsync();

    public async Task DisposeAsync() => await registry.DisposeAsync();

    public void Dispose()
    {
        keys.Dispose();
        client.Dispose();
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task A_run_is_attested_once_where_the_public_half_of_the_key_before_was_kept(bool keep, int attestations)
    {
        KeyFile.Generate(keys["tls.key"], null);
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        await AttestAsync(run);
        File.Delete(keys["tls.key"]);
        File.Move(keys["tls.pub"], keys[keep ? "before.pub" : "before.removed"]);
        KeyFile.Generate(keys["tls.key"], null);

        var again = await AttestAsync(run);

        again.AlreadyAttested.Should().Be(keep);
        var subject = again.Subjects.Single();
        (await client.Repository(subject.Attestation!).FetchReferrersAsync(subject.Digest, CancellationToken.None)).Should().HaveCount(attestations);
    }

    private async Task<AttestedRun> AttestAsync(CompletedRun run)
    {
        using var opened = await SignerReference.OpenAsync(keys.Path, static () => null, TimeProvider.System, CancellationToken.None);
        var signer = new KeyBundleSigner(opened.Signer);
        var destination = new AttestationDestination { Repository = Reference.Parse($"{registry.Address}/attestations"), MirrorRegistry = registry.Address };
        var options = new AttestorOptions { BuilderId = TestRun.BuilderId, Destination = destination };
        return await new AttestRunHandler(options, signer, new AttestationPublisher(client, signer)).Handle(new AttestRun(run), CancellationToken.None);
    }
}
