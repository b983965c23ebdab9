using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Manifests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Lookups;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.Attesting;
using Provenance.Attestor.Trust;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.Attestor.Tests.Lookups;

/// <summary>The index beside a real registry: filled as attestations are pushed, or from what is stored.</summary>
public sealed class LookupDigestTests : IAsyncLifetime, IDisposable
{
    private static readonly string Model = "sha256:" + TestRun.Hex('a');
    private static readonly string Data = "sha256:" + TestRun.Hex('b');

    private readonly TemporaryFolder folder = new();
    private readonly KeySigner signer = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly RemoteRegistry client = new(new RemoteRegistryOptions(), TimeProvider.System);
    private AttestationIndex index = null!;
    private TrustedSigners trusted = null!;
    private LoopbackRegistry registry = null!;

    public async Task InitializeAsync()
    {
        trusted = new TrustedSigners([signer.PublicKey]);
        index = AttestationIndex.Open(folder["index.db"], trusted);
        registry = await LoopbackRegistry.StartAsync(configure: services => services
            .AddSingleton(index)
            .AddSingleton(trusted)
            .AddLookups());
    }

    public async Task DisposeAsync() => await registry.DisposeAsync();

    public void Dispose()
    {
        index.Dispose();
        signer.Dispose();
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Lookup_reads_everything_again_once_other_certificates_hold_and_only_then()
    {
        await AttestAsync(signer);
        index.Add((await LookUpAsync(Model)).MadeBy[0] with { VerifiedBy = null });
        var certificates = new TrustedCertificates(new SignatureVerifier(TrustedRoot.ReadPublicGood(), SignatureDemands.All), "one");
        trusted.Renewal = () => certificates;
        (await LookUpAsync(Model)).MadeBy[0].VerifiedBy.Should().Be(signer.PublicKey.Fingerprint);

        index.Add((await LookUpAsync(Model)).MadeBy[0] with { VerifiedBy = null });
        (await LookUpAsync(Model)).MadeBy[0].VerifiedBy.Should().BeNull("nothing was replaced, and nothing is read");
        certificates = certificates with { Mark = "another" };
        (await LookUpAsync(Model)).MadeBy[0].VerifiedBy.Should().Be(signer.PublicKey.Fingerprint);
    }

    [Fact]
    public async Task Lookup_knows_an_attestation_as_soon_as_it_is_stored()
    {
        var attested = await AttestAsync(signer);
        var found = (await LookUpAsync(Model)).MadeBy.Should().ContainSingle().Which;
        found.Bundle.Should().Be(attested.BundleDigest.ToString());
        found.VerifiedBy.Should().Be(signer.PublicKey.Fingerprint);
        found.References.Should().Equal(attested.Subjects[0].Attestation!.ToString()[(registry.Address.Length + 1)..]);
        found.Run!.Name.Should().Be("TaskRun ns/build-1");
        found.Run.Builder.Should().Be(TestRun.BuilderId);
        (await LookUpAsync(Data)).UsedBy.Should().ContainSingle().Which.Subjects.Should().ContainSingle().Which.Digest.Should().Be(Model);
    }

    [Fact]
    public async Task Lookup_says_of_an_attestation_by_a_stranger_that_nothing_proves_it()
    {
        using var stranger = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        await AttestAsync(stranger);
        (await LookUpAsync(Model)).MadeBy.Should().ContainSingle().Which.VerifiedBy.Should().BeNull();
    }

    [Fact]
    public async Task Lookup_tells_where_the_bytes_of_a_manifest_are()
    {
        var attested = await AttestAsync(signer);
        var found = await LookUpAsync(attested.Subjects[0].Attestation!.Digest!.ToString());
        found.MediaType.Should().Be(MediaTypes.Manifest);
        found.Size.Should().BePositive();
        found.Repositories.Should().Equal("attestations");
        found.IsKnown.Should().BeTrue();
    }

    [Fact]
    public async Task Lookup_knows_nothing_of_other_digests()
    {
        await AttestAsync(signer);
        (await LookUpAsync("sha256:" + TestRun.Hex('0'))).IsKnown.Should().BeFalse();
        (await LookUpAsync("sha1:" + new string('0', 40))).IsKnown.Should().BeFalse();
    }

    [Fact]
    public async Task Rebuild_gives_what_was_gathered_push_by_push()
    {
        await AttestAsync(signer);
        using var fresh = AttestationIndex.Open(folder["fresh.db"], trusted);
        var services = registry.Services;
        var indexer = new AttestationIndexer(fresh, trusted, services.GetRequiredService<IBlobStore>(), services.GetRequiredService<IManifestCatalog>());
        await indexer.RebuildAsync(CancellationToken.None);
        fresh.FindBySubject(Model, 10).Should().BeEquivalentTo(index.FindBySubject(Model, 10)).And.ContainSingle();
        await indexer.RebuildAsync(CancellationToken.None);
        fresh.FindBySubject(Model, 10).Should().ContainSingle("a second time adds nothing");
    }

    [Fact]
    public async Task Lookup_is_not_disturbed_by_referrers_that_are_no_attestations()
    {
        var repository = client.Repository(Reference.Parse($"{registry.Address}/attestations"));
        byte[] garbage = "no bundle"u8.ToArray();
        var layer = Descriptor.Of("application/vnd.dev.sigstore.bundle.v0.3+json", garbage);
        await repository.PushBlobAsync(Descriptor.Empty, "{}"u8.ToArray(), CancellationToken.None);
        await repository.PushBlobAsync(layer, garbage, CancellationToken.None);
        var subject = new Descriptor { MediaType = MediaTypes.OctetStream, Digest = Digest.Parse(Model), Size = 0 };
        await repository.PushManifestAsync(MediaTypes.Manifest, AttestationManifest.Write(subject, layer, "https://example.com", Digest.Parse(Data), created: null), tag: null, CancellationToken.None);
        await AttestAsync(signer);
        (await LookUpAsync(Model)).MadeBy.Should().ContainSingle();
    }

    private Task<AttestedRun> AttestAsync(KeySigner by)
    {
        var run = TestRun.Of(TestRun.Subject("s3://models.example.com/model"), TestRun.Artifact("data", "s3://data.example.com/data", 'b', ArtifactRole.Input));
        var options = new AttestorOptions { BuilderId = TestRun.BuilderId, Destination = new AttestationDestination { Repository = Reference.Parse($"{registry.Address}/attestations") } };
        return new AttestRunHandler(options, new KeyBundleSigner(by), new AttestationPublisher(client, new KeyBundleSigner(by))).Handle(new AttestRun(run), CancellationToken.None);
    }

    private Task<DigestLookup> LookUpAsync(string digest) =>
        new LookupDigestHandler(index, registry.Services.GetRequiredService<AttestationIndexer>(), registry.Services.GetRequiredService<IManifestCatalog>()).Handle(new LookupDigest(digest), CancellationToken.None);
}
