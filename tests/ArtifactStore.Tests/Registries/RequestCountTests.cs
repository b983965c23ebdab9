using System.Text;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class RequestCountTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task An_attestation_costs_four_requests_once_the_registry_is_known()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        using var client = NewClient();
        var reference = Reference.Parse($"{registry.Address}/attestations");
        await AttestAsync(client.Repository(reference), "first");
        int warm = registry.Requests.Count;

        var (subject, bundle, manifest) = await AttestAsync(client.Repository(reference), "second");

        registry.Requests.Skip(warm).Should().Equal(
            $"GET /v2/attestations/referrers/{subject}?artifactType={Uri.EscapeDataString(Artifacts.BundleType)}",
            $"POST /v2/attestations/blobs/uploads/?digest={Uri.EscapeDataString(bundle.ToString())}",
            $"PUT /v2/attestations/manifests/{manifest}",
            $"GET /v2/attestations/manifests/{manifest}");
    }

    [Fact]
    public async Task Looking_for_a_referrer_asks_the_API_alone_and_filters_also_where_the_registry_does_not()
    {
        var index = ReferrerIndex.Empty();
        index.Add(Descriptor.Of(MediaTypes.Manifest, "sbom"u8) with { ArtifactType = "application/spdx+json" });
        index.Add(Descriptor.Of(MediaTypes.Manifest, "bundle"u8) with { ArtifactType = Artifacts.BundleType });
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.ContentType = MediaTypes.Index;
            return context.Response.Body.WriteAsync(index.Serialize()).AsTask();
        });
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        (await repository.FindReferrersAsync(Artifacts.Missing, Artifacts.BundleType, None)).Should().ContainSingle().Which.Digest.Should().Be(Digest.Of("bundle"u8));
        (await repository.FindReferrersAsync(Artifacts.Missing, artifactType: null, None)).Should().HaveCount(2);

        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task That_the_API_is_absent_is_remembered_for_ten_minutes()
    {
        await using var registry = await LoopbackRegistry.StartAsync(referrersApi: false);
        var time = new MovableTime();
        using var client = NewClient(time);
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));
        var (subject, _, manifest) = await AttestAsync(repository, "first");
        int before = registry.Requests.Count;

        (await repository.FindReferrersAsync(subject, Artifacts.BundleType, None)).Should().ContainSingle().Which.Digest.Should().Be(manifest);
        (await repository.FindReferrersAsync(subject, "another/type", None)).Should().BeEmpty();
        registry.Requests.Skip(before).Should().Equal($"GET /v2/app/manifests/sha256-{subject.Hex}", $"GET /v2/app/manifests/sha256-{subject.Hex}");

        time.Advance(TimeSpan.FromMinutes(10));
        await repository.FindReferrersAsync(subject, Artifacts.BundleType, None);
        registry.Requests[^2].Should().StartWith($"GET /v2/app/referrers/{subject}");
    }

    [Fact]
    public async Task A_repository_that_does_not_exist_yet_is_not_taken_for_one_without_the_API()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("""{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}""");
        });
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        (await repository.FindReferrersAsync(Artifacts.Missing, artifactType: null, None)).Should().BeEmpty();
        (await repository.FindReferrersAsync(Artifacts.Missing, artifactType: null, None)).Should().BeEmpty();

        server.Requests.Count(request => request.Contains("/referrers/", StringComparison.Ordinal)).Should().Be(2);
    }

    [Fact]
    public async Task A_registry_that_notes_the_subject_has_the_API_from_then_on()
    {
        bool upgraded = false;
        byte[] content = [];
        var subject = Descriptor.Of(MediaTypes.Manifest, "subject"u8);
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.StatusCode = context.Request.Method == "PUT" ? 201 : content.Length > 0 && context.Request.Path.Value!.Contains("sha256:", StringComparison.Ordinal) ? 200 : 404;
            if (context.Request.Method == "PUT")
            {
                context.Response.Headers["OCI-Subject"] = upgraded ? subject.Digest.ToString() : null;
            }
            else if (context.Response.StatusCode == 200)
            {
                await context.Response.Body.WriteAsync(content);
            }
        });
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));
        await repository.FindReferrersAsync(subject.Digest, artifactType: null, None);
        (upgraded, content) = (true, Artifacts.Manifest(subject: subject));

        await repository.PushManifestAsync(MediaTypes.Manifest, content, tag: null, None);
        await FluentActions.Awaiting(() => repository.FindReferrersAsync(subject.Digest, artifactType: null, None)).Should().NotThrowAsync();

        server.Requests.Count(request => request.Contains("/referrers/", StringComparison.Ordinal)).Should().Be(2);
    }

    [Fact]
    public async Task What_a_digest_names_is_found_by_its_headers()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));
        var (_, _, manifest) = await AttestAsync(repository, "first");
        var expected = (await repository.FetchManifestAsync(manifest, None))!.Descriptor;
        int before = registry.Requests.Count;

        (await repository.ResolveAsync(manifest.ToString(), None)).Should().Be(expected);
        (await repository.ResolveAsync(Artifacts.Missing.ToString(), None)).Should().BeNull();

        registry.Requests.Skip(before).Should().Equal($"HEAD /v2/app/manifests/{manifest}", $"HEAD /v2/app/manifests/{Artifacts.Missing}");
    }

    [Theory]
    [InlineData(200, null, MediaTypes.Manifest, 10L)]
    [InlineData(200, "sha256:0000000000000000000000000000000000000000000000000000000000000000", MediaTypes.Manifest, 10L)]
    [InlineData(200, "asked", "text/html", 10L)]
    [InlineData(200, "asked", MediaTypes.Manifest, null)]
    [InlineData(200, "asked", MediaTypes.Manifest, 1L << 40)]
    [InlineData(405, "asked", MediaTypes.Manifest, 10L)]
    public async Task Headers_that_do_not_say_enough_lead_to_the_content_being_read_and_hashed(int status, string? claimed, string mediaType, long? length)
    {
        byte[] content = Artifacts.Manifest();
        var digest = Digest.Of(content);
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            if (context.Request.Method == "GET")
            {
                return context.Response.Body.WriteAsync(content).AsTask();
            }

            context.Response.StatusCode = status;
            context.Response.ContentType = mediaType;
            context.Response.ContentLength = length;
            context.Response.Headers["Docker-Content-Digest"] = claimed == "asked" ? digest.ToString() : claimed;
            return Task.CompletedTask;
        });
        using var client = NewClient();

        (await client.Repository(Reference.Parse($"{server.Address}/app")).ResolveAsync(digest.ToString(), None)).Should().Be(Descriptor.Of(MediaTypes.Manifest, content));

        server.Requests.Select(request => request.Split(' ')[0]).Should().Equal("HEAD", "GET");
    }

    /// <summary>What a watcher does for one subject that is no image: it looks for its own work, finds none, and stores it.</summary>
    private static async Task<(Digest Subject, Digest Bundle, Digest Manifest)> AttestAsync(IRepository repository, string name)
    {
        var subject = Descriptor.Of(MediaTypes.OctetStream, Encoding.UTF8.GetBytes(name)) with { Size = 0 };
        byte[] bundle = Encoding.UTF8.GetBytes($"bundle of {name}");
        var layer = Descriptor.Of(Artifacts.BundleType, bundle);
        (await repository.FindReferrersAsync(subject.Digest, Artifacts.BundleType, None)).Should().BeEmpty();
        await repository.PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);
        await repository.PushBlobAsync(layer, bundle, None);
        var manifest = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(layer, subject, Artifacts.BundleType), tag: null, None);
        return (subject.Digest, layer.Digest, manifest.Digest);
    }

    private static RemoteRegistry NewClient(TimeProvider? time = null) => new(
        new RemoteRegistryOptions { CredentialsFile = "/nonexistent", Attempts = 1, FallbackSettleDelay = TimeSpan.FromMilliseconds(5) }, time ?? TimeProvider.System);
}
