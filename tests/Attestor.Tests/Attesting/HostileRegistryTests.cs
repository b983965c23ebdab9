using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Slsa;
using Provenance.Attestor.Statements;
using Provenance.Testing.Registries;

namespace Provenance.Attestor.Tests.Attesting;

/// <summary>What others may have put beside a subject, and registries that break off or know less than ours.</summary>
public sealed class HostileRegistryTests : IDisposable
{
    private readonly KeySigner signer = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly RemoteRegistry client = new(new RemoteRegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(1), FallbackSettleDelay = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);

    public void Dispose()
    {
        signer.Dispose();
        client.Dispose();
    }

    [Fact]
    public async Task Attest_is_not_stopped_by_a_bundle_that_is_larger_than_any_may_be()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        await ClaimAsync(registry, run, new byte[Bundle.MaximumSize + 1]);
        (await AttestAsync(registry, run)).AlreadyAttested.Should().BeFalse();
        (await AttestAsync(registry, run)).AlreadyAttested.Should().BeTrue();
    }

    [Fact]
    public async Task Attest_finds_its_own_attestation_among_those_of_strangers()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        for (int i = 0; i < 20; i++)
        {
            await ClaimAsync(registry, run, Encoding.ASCII.GetBytes($"stranger {i}"));
        }

        var first = await AttestAsync(registry, run);
        first.AlreadyAttested.Should().BeFalse();
        var second = await AttestAsync(registry, run);
        second.AlreadyAttested.Should().BeTrue();
        second.BundleDigest.Should().Be(first.BundleDigest);
    }

    [Theory]
    [InlineData("DIGEST_LIE")]
    [InlineData("INVALID_RESPONSE")]
    [InlineData("LIMIT")]
    [InlineData("MANIFEST_INVALID")]
    [InlineData("DENIED")]
    public async Task Attest_is_not_stopped_by_a_referrer_that_cannot_be_read(string code)
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        var hostile = await ClaimAsync(registry, run, "hostile"u8.ToArray());
        var through = new UnreadableRegistry(client, digest => digest == hostile ? new RegistryException(code, "It is not as it should be.") : null);
        var first = await AttestAsync(registry, run, through);
        first.AlreadyAttested.Should().BeFalse();
        first.Problems.Should().BeEmpty();
        first.Warnings.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.ReferrerUnreadable);
        first.Warnings[0].Message.Should().Contain(hostile.ToString()).And.Contain(code);
        var second = await AttestAsync(registry, run, through);
        second.AlreadyAttested.Should().BeTrue("our own is found behind it");
        (await ReferrersAsync(registry, run)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Attest_waits_for_a_registry_that_cannot_say_whether_a_referrer_is_ours()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        await AttestAsync(registry, run);
        var ours = (await ReferrersAsync(registry, run)).Single();
        var through = new UnreadableRegistry(client, digest => digest == ours ? new RegistryException("UNAVAILABLE", "503", isTransient: true) : null);
        var attest = () => AttestAsync(registry, run, through);
        (await attest.Should().ThrowAsync<RegistryException>()).Which.IsTransient.Should().BeTrue("a second attestation is worse than a later one");
        (await ReferrersAsync(registry, run)).Should().ContainSingle();
    }

    [Fact]
    public async Task Attest_finds_its_own_behind_one_that_the_registry_never_gives()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        await AttestAsync(registry, run);
        var hostile = await ClaimAsync(registry, run, "hostile"u8.ToArray());
        var through = new UnreadableRegistry(client, digest => digest == hostile ? new RegistryException("UNAVAILABLE", "503", isTransient: true) : null);
        (await AttestAsync(registry, run, through)).AlreadyAttested.Should().BeTrue();
    }

    [Fact]
    public async Task Attest_asks_a_registry_that_is_away_for_two_referrers_only()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        for (int i = 0; i < 5; i++)
        {
            await ClaimAsync(registry, run, Encoding.ASCII.GetBytes($"stranger {i}"));
        }

        var through = new UnreadableRegistry(client, static _ => new RegistryException("UNAVAILABLE", "503", isTransient: true));
        var attest = () => AttestAsync(registry, run, through);
        await attest.Should().ThrowAsync<RegistryException>();
        through.Faults.Should().Be(2);
    }

    [Fact]
    public async Task Attest_does_not_take_a_strangers_signature_of_its_very_statement_for_its_own()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        using var stranger = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        byte[] statement = RunStatement.Write(run, RunStatement.Subjects(run), TestRun.BuilderId);
        await ClaimAsync(registry, run, await BundleWriter.SignAsync(statement, stranger, CancellationToken.None));
        var attested = await AttestAsync(registry, run);
        attested.AlreadyAttested.Should().BeFalse();
        attested.Warnings.Should().BeEmpty("it may be that of an earlier key");
        (await ReferrersAsync(registry, run)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Attest_reads_a_bounded_number_of_referrers_that_claim_to_be_its_own()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        for (int i = 0; i <= AttestationPublisher.MaximumClaims; i++)
        {
            await ClaimAsync(registry, run, Encoding.ASCII.GetBytes($"stranger {i}"));
        }

        var attested = await AttestAsync(registry, run);
        attested.AlreadyAttested.Should().BeFalse();
        attested.Warnings.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.ReferrerUnreadable);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public async Task Attest_that_was_broken_off_at_any_push_is_completed_with_one_attestation_for_each_subject(int pushes)
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/one"), TestRun.Subject("oci://registry.example.com/two", 'b'), TestRun.Subject("https://example.com/three", 'c'));
        var breaking = new BreakingRegistry(client, pushes);
        var broken = () => AttestAsync(registry, run, breaking);
        (await broken.Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be("UNAVAILABLE");
        var before = await ReferrersAsync(registry, run);
        var attested = await AttestAsync(registry, run);
        var after = await ReferrersAsync(registry, run);
        after.Should().HaveCount(3).And.OnlyHaveUniqueItems();
        before.Should().BeSubsetOf(after);
        after.Should().BeEquivalentTo(attested.Subjects.Select(static s => s.Attestation!.Digest));
        foreach (var subject in attested.Subjects)
        {
            var manifest = await client.Repository(subject.Attestation!).FetchManifestAsync(subject.Attestation!.Digest!, CancellationToken.None);
            BundleManifest.FindBundle(manifest!.Content).Should().Be(attested.BundleDigest, "all subjects share the bytes that were signed first");
        }
    }

    [Fact]
    public async Task Attest_finds_what_it_stored_in_a_registry_without_the_referrers_api()
    {
        await using var registry = await LoopbackRegistry.StartAsync(referrersApi: false);
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        var first = await AttestAsync(registry, run);
        var second = await AttestAsync(registry, run);
        second.AlreadyAttested.Should().BeTrue();
        second.BundleDigest.Should().Be(first.BundleDigest);
        (await ReferrersAsync(registry, run)).Should().ContainSingle();
    }

    [Fact]
    public async Task Attest_refers_to_a_subject_by_sha512_where_that_is_its_digest()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        DigestSet.TryCreate([new("sha512", new string('a', 128))], out var digest, out _).Should().BeTrue();
        var run = TestRun.Of(TestRun.Subject("https://example.com/file") with { Digest = digest! });
        var subject = (await AttestAsync(registry, run)).Subjects.Should().ContainSingle().Which;
        subject.Digest.ToString().Should().Be("sha512:" + new string('a', 128));
        (await ReferrersAsync(registry, run)).Should().Equal(subject.Attestation!.Digest!);
    }

    [Fact]
    public async Task Attest_writes_the_manifest_that_cosign_writes()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        var attested = await AttestAsync(registry, run);
        var manifest = await client.Repository(attested.Subjects[0].Attestation!).FetchManifestAsync(attested.Subjects[0].Attestation!.Digest!, CancellationToken.None);
        string expected = $$$"""
            {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
             "artifactType": "application/vnd.dev.sigstore.bundle.v0.3+json",
             "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "size": 2},
             "layers": [{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "digest": "{{{attested.BundleDigest}}}", "size": {{{attested.Bundle.Length}}}}],
             "subject": {"mediaType": "application/octet-stream", "digest": "sha256:{{{TestRun.Hex('a')}}}", "size": 0},
             "annotations": {
               "dev.provenance.statement.sha256": "{{{attested.Statement.Hex}}}",
               "dev.sigstore.bundle.content": "dsse-envelope",
               "dev.sigstore.bundle.predicateType": "https://slsa.dev/provenance/v1",
               "org.opencontainers.image.created": "2026-11-18T09:05:00Z"}}
            """;
        JsonElement.DeepEquals(TestRun.Json(Encoding.UTF8.GetString(manifest!.Content)), TestRun.Json(expected)).Should().BeTrue("it is {0}", Encoding.UTF8.GetString(manifest.Content));
    }

    private static AttestationDestination Mirror(LoopbackRegistry registry) =>
        new() { Repository = Reference.Parse($"{registry.Address}/attestations"), MirrorRegistry = registry.Address };

    private Task<AttestedRun> AttestAsync(LoopbackRegistry registry, CompletedRun run, IRegistryClient? through = null)
    {
        var options = new AttestorOptions { BuilderId = TestRun.BuilderId, Destination = Mirror(registry) };
        return new AttestRunHandler(options, new KeyBundleSigner(signer), new AttestationPublisher(through ?? client, new KeyBundleSigner(signer))).Handle(new AttestRun(run), CancellationToken.None);
    }

    private async Task<List<Digest>> ReferrersAsync(LoopbackRegistry registry, CompletedRun run)
    {
        var digests = new List<Digest>();
        foreach (var subject in RunStatement.Subjects(run))
        {
            var repository = client.Repository(Mirror(registry).For(subject)!);
            digests.AddRange((await repository.FetchReferrersAsync(subject.Digest!.ContentDigest!, CancellationToken.None)).Select(static r => r.Digest));
        }

        return digests;
    }

    /// <summary>Stores anything beside the first subject, under the annotation by which the run's attestation is found.</summary>
    private async Task<Digest> ClaimAsync(LoopbackRegistry registry, CompletedRun run, byte[] content)
    {
        var subject = RunStatement.Subjects(run)[0];
        var repository = client.Repository(Mirror(registry).For(subject)!);
        var layer = Descriptor.Of(Bundle.MediaTypeV03, content);
        await repository.PushBlobAsync(Descriptor.Empty, "{}"u8.ToArray(), CancellationToken.None);
        await repository.PushBlobAsync(layer, content, CancellationToken.None);
        var descriptor = new Descriptor { MediaType = MediaTypes.OctetStream, Digest = subject.Digest!.ContentDigest!, Size = 0 };
        var statement = Digest.Of(RunStatement.Write(run, RunStatement.Subjects(run), TestRun.BuilderId));
        return (await repository.PushManifestAsync(MediaTypes.Manifest, AttestationManifest.Write(descriptor, layer, ProvenancePredicate.Type, statement, created: null), tag: null, CancellationToken.None)).Digest;
    }
}
