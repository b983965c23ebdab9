using System.Security.Cryptography;
using System.Text;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Slsa;
using Provenance.Testing.Registries;

namespace Provenance.Attestor.Tests.Attesting;

public sealed class AttestRunTests : IAsyncLifetime, IDisposable
{
    private readonly KeySigner signer = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly RemoteRegistry client = new(new RemoteRegistryOptions(), TimeProvider.System);
    private LoopbackRegistry registry = null!;

    private AttestationDestination Mirror => new() { Repository = Reference.Parse($"{registry.Address}/attestations"), MirrorRegistry = registry.Address };

    public async Task InitializeAsync() => registry = await LoopbackRegistry.StartAsync();

    public async Task DisposeAsync() => await registry.DisposeAsync();

    public void Dispose()
    {
        signer.Dispose();
        client.Dispose();
    }

    [Fact]
    public async Task Attest_stores_the_bundle_as_a_referrer_under_the_name_of_the_image()
    {
        var attested = await AttestAsync(TestRun.Of(TestRun.Subject("oci://registry.example.com/team/app:1.0")), Mirror);
        var subject = attested.Subjects.Should().ContainSingle().Which;
        subject.Name.Should().Be("registry.example.com/team/app");
        subject.Attestation!.Name.Should().Be($"{registry.Address}/registry.example.com/team/app");
        var referrer = (await ReferrersAsync(subject)).Should().ContainSingle().Which;
        referrer.Digest.Should().Be(subject.Attestation.Digest);
        referrer.ArtifactType.Should().Be(Bundle.MediaTypeV03);
        attested.AlreadyAttested.Should().BeFalse();
    }

    [Fact]
    public async Task Attest_finds_what_it_stored_before_and_writes_nothing()
    {
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"), TestRun.Subject("https://example.com/file.tar", 'b'));
        var first = await AttestAsync(run, Mirror);
        var second = await AttestAsync(run, Mirror);
        second.AlreadyAttested.Should().BeTrue();
        second.Bundle.ToArray().Should().Equal(first.Bundle.ToArray());
        second.Subjects.Should().Equal(first.Subjects);
        foreach (var subject in second.Subjects)
        {
            (await ReferrersAsync(subject)).Should().ContainSingle();
        }
    }

    [Fact]
    public async Task Attest_completes_a_run_that_was_stored_with_one_subject_only_with_the_same_signed_bytes()
    {
        var one = TestRun.Subject("oci://registry.example.com/one");
        var two = TestRun.Subject("oci://registry.example.com/two", 'b');
        var run = TestRun.Of(one, two);
        byte[] bundle = await BundleWriter.SignAsync(Statement(run), signer, CancellationToken.None);
        await StoreAsync(bundle, $"{registry.Address}/registry.example.com/one", one.Digest.ContentDigest!, Digest.Of(Statement(run)));
        var attested = await AttestAsync(run, Mirror);
        attested.AlreadyAttested.Should().BeFalse();
        attested.Bundle.ToArray().Should().Equal(bundle);
        foreach (var subject in attested.Subjects)
        {
            (await ReferrersAsync(subject)).Should().ContainSingle();
        }
    }

    [Fact]
    public async Task Attest_is_not_kept_from_it_by_a_stranger_who_claims_the_statement()
    {
        var subject = TestRun.Subject("oci://registry.example.com/app");
        var run = TestRun.Of(subject);
        using var stranger = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        byte[] forged = await BundleWriter.SignAsync(Statement(run), stranger, CancellationToken.None);
        await StoreAsync(forged, $"{registry.Address}/registry.example.com/app", subject.Digest.ContentDigest!, Digest.Of(Statement(run)));
        var attested = await AttestAsync(run, Mirror);
        attested.AlreadyAttested.Should().BeFalse();
        attested.Bundle.ToArray().Should().NotEqual(forged);
        (await ReferrersAsync(attested.Subjects[0])).Should().HaveCount(2);
    }

    [Fact]
    public async Task Attest_is_not_kept_from_it_by_our_signature_over_another_statement()
    {
        var subject = TestRun.Subject("oci://registry.example.com/app");
        var run = TestRun.Of(subject);
        byte[] other = await BundleWriter.SignAsync("{\"other\": true}"u8.ToArray(), signer, CancellationToken.None);
        await StoreAsync(other, $"{registry.Address}/registry.example.com/app", subject.Digest.ContentDigest!, Digest.Of(Statement(run)));
        (await AttestAsync(run, Mirror)).AlreadyAttested.Should().BeFalse();
    }

    [Fact]
    public async Task Attest_is_not_stopped_by_garbage_that_claims_the_statement()
    {
        var subject = TestRun.Subject("oci://registry.example.com/app");
        var run = TestRun.Of(subject);
        await StoreAsync("no JSON"u8.ToArray(), $"{registry.Address}/registry.example.com/app", subject.Digest.ContentDigest!, Digest.Of(Statement(run)));
        (await AttestAsync(run, Mirror)).AlreadyAttested.Should().BeFalse();
    }

    [Fact]
    public async Task Attest_says_that_there_is_no_place_for_an_artifact_that_is_no_image()
    {
        var attested = await AttestAsync(TestRun.Of(TestRun.Subject("pkg:npm/left-pad@1.3.0")), new AttestationDestination { BesideImages = true });
        attested.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.NoDestination);
        attested.Problems[0].Message.Should().Contain("TaskRun ns/build-1").And.Contain("pkg:npm/left-pad@1.3.0").And.Contain("--repository");
        attested.Subjects.Should().ContainSingle().Which.Attestation.Should().BeNull();
    }

    [Fact]
    public async Task Attest_says_that_an_image_is_not_in_its_registry()
    {
        var attested = await AttestAsync(TestRun.Of(TestRun.Subject($"{registry.Address}/app")), new AttestationDestination { BesideImages = true });
        attested.Problems.Should().ContainSingle().Which.Code.Should().Be(RunProblemCodes.SubjectNotFound);
        attested.Problems[0].Message.Should().Contain($"{registry.Address}/app@sha256:{TestRun.Hex('a')}");
    }

    [Fact]
    public async Task Attest_describes_an_image_that_is_there_as_the_registry_does()
    {
        byte[] image = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.Manifest}}","config":{"mediaType":"{{MediaTypes.Empty}}","digest":"{{Descriptor.Empty.Digest}}","size":2},"layers":[]}""");
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));
        await repository.PushBlobAsync(Descriptor.Empty, "{}"u8.ToArray(), CancellationToken.None);
        var pushed = await repository.PushManifestAsync(MediaTypes.Manifest, image, "v1", CancellationToken.None);
        var artifact = TestRun.Subject($"oci://{registry.Address}/app") with { Digest = Provenance.Attestor.Statements.DigestSet.Of(pushed.Digest) };
        var attested = await AttestAsync(TestRun.Of(artifact), new AttestationDestination { BesideImages = true });
        var manifest = await repository.FetchManifestAsync(attested.Subjects.Single().Attestation!.Digest!, CancellationToken.None);
        Encoding.UTF8.GetString(manifest!.Content).Should().Contain($"\"subject\":{{\"mediaType\":\"{MediaTypes.Manifest}\",\"digest\":\"{pushed.Digest}\",\"size\":{image.Length}}}");
    }

    [Fact]
    public async Task Attest_gives_the_manifest_no_time_but_that_of_the_run()
    {
        var run = TestRun.Of(TestRun.Subject("oci://registry.example.com/app"));
        byte[] bundle = await BundleWriter.SignAsync(Statement(run), signer, CancellationToken.None);
        var subject = new Descriptor { MediaType = MediaTypes.OctetStream, Digest = Digest.Parse("sha256:" + TestRun.Hex('a')), Size = 0 };
        byte[] Write() => AttestationManifest.Write(subject, Descriptor.Of(Bundle.MediaTypeV03, bundle), ProvenancePredicate.Type, Digest.Of(Statement(run)), run.FinishedOn);
        Write().Should().Equal(Write());
        Encoding.UTF8.GetString(Write()).Should().Contain("\"org.opencontainers.image.created\":\"2026-11-18T09:05:00Z\"");
    }

    [Fact]
    public async Task Attest_only_hands_the_bundle_back_where_no_destination_is_given()
    {
        var attested = await AttestAsync(TestRun.Of(TestRun.Subject("oci://registry.example.com/app")), destination: null);
        attested.Subjects.Should().ContainSingle().Which.Attestation.Should().BeNull();
        var envelope = Bundle.Parse(attested.Bundle).Envelope;
        signer.PublicKey.Verify(envelope.ToSignedBytes(), envelope.Signatures[0].Value.Span).Should().BeTrue();
    }

    [Theory]
    [InlineData("registry.example.com/team/app", "registry.example.com/team/app")]
    [InlineData("registry.example.com:5000/team/app", "registry.example.com-5000/team/app")]
    [InlineData("docker.io/library/app", "docker.io/library/app")]
    public void For_names_the_mirrored_repository_after_the_image(string image, string expected)
    {
        var destination = new AttestationDestination { MirrorRegistry = "127.0.0.1:1234" };
        destination.For(new() { Name = image, Digest = TestRun.Sha256('a') })!.Name.Should().Be("127.0.0.1:1234/" + expected);
        destination.For(new() { Name = "127.0.0.1:1234/own", Digest = TestRun.Sha256('a') })!.Name.Should().Be("127.0.0.1:1234/own");
    }

    [Theory]
    [InlineData("registry.example/team/app", "registry.example/team/app")]
    [InlineData("registry.example/teams/app", null)]
    [InlineData("evil.example/team/app", null)]
    public void For_stores_beside_images_of_the_allowed_registries_only(string image, string? expected)
    {
        RegistryScope.TryParse("registry.example/team", out var scope, out _).Should().BeTrue();
        var destination = new AttestationDestination { BesideImages = true, Allowed = [scope!] };
        var other = destination with { Repository = Reference.Parse("registry.example/attestations") };

        (destination.For(new() { Name = image, Digest = TestRun.Sha256('a') })?.Name).Should().Be(expected);
        other.For(new() { Name = image, Digest = TestRun.Sha256('a') })!.Name.Should().Be(expected ?? "registry.example/attestations");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a uri")]
    [InlineData("relative/path")]
    [InlineData("https://example.com/with space")]
    public void Validate_refuses_a_builder_id_that_is_no_uri(string builderId) =>
        new AttestorOptions { BuilderId = builderId }.Validate().Should().ContainSingle().Which.Should().Contain("--builder-id");

    [Fact]
    public void Lint_warns_of_the_builder_id_that_every_Chains_has()
    {
        new AttestorOptions { BuilderId = "https://tekton.dev/chains/v2" }.Lint().Should().ContainSingle();
        new AttestorOptions { BuilderId = TestRun.BuilderId }.Lint().Should().BeEmpty();
    }

    private static byte[] Statement(CompletedRun run) => RunStatement.Write(run, RunStatement.Subjects(run), TestRun.BuilderId);

    private Task<AttestedRun> AttestAsync(CompletedRun run, AttestationDestination? destination)
    {
        var options = new AttestorOptions { BuilderId = TestRun.BuilderId, Destination = destination };
        return new AttestRunHandler(options, new KeyBundleSigner(signer), new AttestationPublisher(client, new KeyBundleSigner(signer))).Handle(new AttestRun(run), CancellationToken.None);
    }

    private Task<IReadOnlyList<Descriptor>> ReferrersAsync(AttestedSubject subject) =>
        client.Repository(subject.Attestation!).FetchReferrersAsync(subject.Digest, CancellationToken.None);

    /// <summary>Stores a bundle, be it what it may, with the annotations of an attestation of the statement.</summary>
    private async Task StoreAsync(byte[] bundle, string name, Digest subject, Digest statement)
    {
        var repository = client.Repository(Reference.Parse(name));
        var layer = Descriptor.Of(Bundle.MediaTypeV03, bundle);
        await repository.PushBlobAsync(Descriptor.Empty, "{}"u8.ToArray(), CancellationToken.None);
        await repository.PushBlobAsync(layer, bundle, CancellationToken.None);
        var descriptor = new Descriptor { MediaType = MediaTypes.OctetStream, Digest = subject, Size = 0 };
        byte[] manifest = AttestationManifest.Write(descriptor, layer, ProvenancePredicate.Type, statement, created: null);
        await repository.PushManifestAsync(MediaTypes.Manifest, manifest, tag: null, CancellationToken.None);
    }
}
