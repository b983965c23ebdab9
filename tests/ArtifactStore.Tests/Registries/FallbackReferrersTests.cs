using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class FallbackReferrersTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task The_index_is_written_as_oras_writes_it()
    {
        await using var registry = await LoopbackRegistry.StartAsync(referrersApi: false);
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));
        await repository.PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);
        var image = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(), "v1", None);

        var referrer = await repository.PushManifestAsync(
            MediaTypes.Manifest, Artifacts.Manifest(subject: image, artifactType: Artifacts.BundleType, annotation: ("dev.sigstore.bundle.content", "dsse-envelope")), tag: null, None);

        var index = await FetchIndexAsync(repository, image.Digest);
        index.Descriptor.MediaType.Should().Be(MediaTypes.Index);
        System.Text.Encoding.UTF8.GetString(index.Content).Should().Be(
            $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{referrer.Digest}}}","size":{{{referrer.Size}}},"annotations":{"dev.sigstore.bundle.content":"dsse-envelope"},"artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json"}]}""");
    }

    [Fact]
    public async Task Pushing_the_same_referrer_again_changes_nothing()
    {
        await using var registry = await LoopbackRegistry.StartAsync(referrersApi: false);
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));
        await repository.PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);
        var image = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(), "v1", None);
        byte[] referrer = Artifacts.Manifest(subject: image);
        await repository.PushManifestAsync(MediaTypes.Manifest, referrer, tag: null, None);
        var before = await FetchIndexAsync(repository, image.Digest);

        await repository.PushManifestAsync(MediaTypes.Manifest, referrer, tag: null, None);

        (await FetchIndexAsync(repository, image.Digest)).Descriptor.Should().Be(before.Descriptor);
    }

    [Fact]
    public async Task Entries_and_fields_of_others_are_kept_even_where_we_cannot_read_them()
    {
        var subject = Descriptor.Of(MediaTypes.Manifest, "subject"u8);
        string tag = $"sha256-{subject.Digest.Hex}";
        byte[] theirs = System.Text.Encoding.UTF8.GetBytes(
            """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"a/b","digest":"sha3:ff","size":1,"x":{"y":1}}],"annotations":{"theirs":"1"}}""");
        await using var server = await StoreAsync((tag, theirs));
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        var ours = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(subject: subject), tag: null, None);

        var index = JsonNode.Parse((await FetchIndexAsync(repository, subject.Digest)).Content)!;
        index["annotations"]!.ToJsonString().Should().Be("""{"theirs":"1"}""");
        index["manifests"]![0]!.ToJsonString().Should().Be("""{"mediaType":"a/b","digest":"sha3:ff","size":1,"x":{"y":1}}""");
        index["manifests"]![1]!["digest"]!.GetValue<string>().Should().Be(ours.Digest.ToString());
        (await repository.FetchReferrersAsync(subject.Digest, None)).Select(entry => entry.Digest).Should().Equal(ours.Digest);
    }

    [Fact]
    public async Task An_entry_that_another_writer_removes_is_merged_in_again()
    {
        var subject = Descriptor.Of(MediaTypes.Manifest, "subject"u8);
        var rival = Descriptor.Of(MediaTypes.Manifest, "rival"u8);
        int writes = 0;
        await using var server = await StoreAsync(overwrite: (path, content) =>
        {
            // Another machine, which read before our first write, writes after it.
            if (!path.Contains("/sha256-", StringComparison.Ordinal) || ++writes != 1)
            {
                return content;
            }

            var index = ReferrerIndex.Empty();
            index.Add(rival);
            return index.Serialize();
        });
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        var ours = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(subject: subject), tag: null, None);

        (await repository.FetchReferrersAsync(subject.Digest, None)).Select(entry => entry.Digest).Should().Equal(rival.Digest, ours.Digest);
    }

    [Fact]
    public async Task An_entry_that_never_lasts_is_a_transient_fault_and_not_a_success()
    {
        await using var server = await StoreAsync(overwrite: (path, content) =>
            path.Contains("/sha256-", StringComparison.Ordinal) ? ReferrerIndex.Empty().Serialize() : content);
        using var client = NewClient();

        var push = () => client.Repository(Reference.Parse($"{server.Address}/app")).PushManifestAsync(
            MediaTypes.Manifest, Artifacts.Manifest(subject: Descriptor.Of(MediaTypes.Manifest, "subject"u8)), tag: null, None);

        (await push.Should().ThrowAsync<RegistryException>()).Which.IsTransient.Should().BeTrue();
    }

    [Fact]
    public async Task A_tag_that_holds_something_else_is_not_overwritten_and_lists_nothing()
    {
        var subject = Descriptor.Of(MediaTypes.Manifest, "subject"u8);
        await using var server = await StoreAsync(($"sha256-{subject.Digest.Hex}", Artifacts.Manifest()));
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));

        var push = () => repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(subject: subject), tag: null, None);

        (await push.Should().ThrowAsync<RegistryException>()).Which.Should().BeEquivalentTo(new { Code = "INVALID_RESPONSE", IsTransient = false });
        (await repository.FetchReferrersAsync(subject.Digest, None)).Should().BeEmpty();
        (await FetchIndexAsync(repository, subject.Digest)).Content.Should().Equal(Artifacts.Manifest());
    }

    [Fact]
    public async Task A_registry_that_answers_the_tag_with_the_subject_does_not_make_us_add_to_the_subject()
    {
        byte[] image = Artifacts.Index(subject: null, artifactType: null);
        var subject = Descriptor.Of(MediaTypes.Index, image);
        await using var server = await StoreAsync(overwrite: (path, content) => path.Contains("/sha256-", StringComparison.Ordinal) ? image : content);
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{server.Address}/app"));
        await repository.PushManifestAsync(MediaTypes.Index, image, "v1", None);

        var push = () => repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(subject: subject), tag: null, None);

        (await push.Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be("INVALID_RESPONSE");
        (await repository.FetchReferrersAsync(subject.Digest, None)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_tag_is_read_as_well_where_the_registry_has_the_API()
    {
        await using var registry = await LoopbackRegistry.StartAsync();
        using var client = NewClient();
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));
        await repository.PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);
        var image = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(), "v1", None);
        var old = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(artifactType: "old/one"), tag: null, None);
        await repository.PushManifestAsync(MediaTypes.Index, Artifacts.Index(subject: null, artifactType: null, old), $"sha256-{image.Digest.Hex}", None);
        var recent = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(subject: image), tag: null, None);

        (await repository.FetchReferrersAsync(image.Digest, None)).Select(entry => entry.Digest).Should().Equal(recent.Digest, old.Digest);
    }

    [Fact]
    public async Task A_referrer_that_was_deleted_does_not_keep_others_from_being_listed()
    {
        await using var registry = await LoopbackRegistry.StartAsync(referrersApi: false);
        using var client = NewClient();
        using var http = new HttpClient { BaseAddress = registry.Uri };
        var repository = client.Repository(Reference.Parse($"{registry.Address}/app"));
        await repository.PushBlobAsync(Descriptor.Empty, Artifacts.EmptyConfig, None);
        var image = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(), "v1", None);
        var deleted = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(subject: image, annotation: ("n", "1")), tag: null, None);
        var kept = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(subject: image, annotation: ("n", "2")), tag: null, None);
        (await http.DeleteAsync(new Uri($"v2/app/manifests/{deleted.Digest}", UriKind.Relative))).EnsureSuccessStatusCode();

        var recent = await repository.PushManifestAsync(MediaTypes.Manifest, Artifacts.Manifest(subject: image, annotation: ("n", "3")), tag: null, None);

        (await repository.FetchReferrersAsync(image.Digest, None)).Select(entry => entry.Digest).Should().Equal(kept.Digest, recent.Digest);
    }

    [Fact]
    public void The_tag_of_a_SHA512_subject_fits_into_a_tag()
    {
        string tag = FallbackReferrers.TagOf(Digest.Of(DigestAlgorithm.Sha512, "x"u8));

        tag.Should().HaveLength("sha512-".Length + 64);
        RepositoryName.IsTag(tag).Should().BeTrue();
    }

    private static async Task<FetchedManifest> FetchIndexAsync(IRepository repository, Digest subject)
    {
        var found = await repository.ResolveAsync($"sha256-{subject.Hex}", None);
        return (await repository.FetchManifestAsync(found!.Digest, None))!;
    }

    /// <summary>A registry without the referrers API that keeps what it is told, or what <paramref name="overwrite"/> makes of it.</summary>
    private static async Task<ScriptedServer> StoreAsync((string Tag, byte[] Content)? initial = null, Func<string, byte[], byte[]>? overwrite = null)
    {
        var contents = new System.Collections.Concurrent.ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal);
        if (initial is var (tag, content))
        {
            Keep($"/v2/app/manifests/{tag}", content);
        }

        return await ScriptedServer.StartAsync(async context =>
        {
            string path = context.Request.Path.Value!;
            if (context.Request.Method == "PUT")
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                Keep(path, overwrite is null ? body.ToArray() : overwrite(path, body.ToArray()));
                context.Response.StatusCode = 201;
            }
            else if (contents.TryGetValue(path, out byte[]? found))
            {
                await context.Response.Body.WriteAsync(found, context.RequestAborted);
            }
            else
            {
                context.Response.StatusCode = 404;
            }
        });

        void Keep(string path, byte[] bytes)
        {
            contents[path] = bytes;
            contents[$"/v2/app/manifests/{Digest.Of(bytes)}"] = bytes;
        }
    }

    private static RemoteRegistry NewClient() => new(
        new RemoteRegistryOptions { CredentialsFile = "/nonexistent", FallbackSettleDelay = TimeSpan.FromMilliseconds(5), Attempts = 1 }, TimeProvider.System);
}
