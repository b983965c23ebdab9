using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Tuf;
using Provenance.Testing;
using Provenance.Testing.Registries;
using Provenance.Testing.Tuf;

namespace Provenance.Attestor.Tests.Tuf;

/// <summary>What others signed: the root of the public Sigstore instance, and a repository by securesystemslib.</summary>
public sealed class PeerRepositoryTests
{
    private static readonly string Peer = Repository.PathOf("tests", "Attestor.Tests", "Data", "tuf-peer");
    private static readonly string Public = Repository.PathOf("tests", "Attestor.Tests", "Data", "tuf-public-good");

    [Fact]
    public void The_root_of_the_public_instance_is_signed_by_all_five_of_its_keys_of_which_three_are_needed()
    {
        var root = RootRole.ReadFirst(PublicGood.ReadRoot(), "root");

        root.File.Version.Should().Be(15);
        root.File.Expires.Should().Be(new DateTimeOffset(2026, 11, 20, 13, 58, 18, TimeSpan.Zero));
        (root.Root.Threshold, root.Root.CountSigners(root.File)).Should().Be((3, 5));
        root.ConsistentSnapshot.Should().BeTrue();
        new[] { root.Timestamp, root.Snapshot, root.Targets }.Should().OnlyContain(static role => role.Ids.All(role.Keys.ContainsKey));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, false)]
    public void The_root_of_the_public_instance_holds_with_three_signatures_and_not_with_two(int signatures, bool holds)
    {
        var root = JsonNode.Parse(PublicGood.ReadRoot())!;
        while (root["signatures"]!.AsArray() is { Count: var count } left && count > signatures)
        {
            left.RemoveAt(0);
        }

        var reading = FluentActions.Invoking(() => RootRole.ReadFirst(Encoding.UTF8.GetBytes(root.ToJsonString()), "root"));

        if (holds)
        {
            reading.Should().NotThrow();
        }
        else
        {
            reading.Should().Throw<TufException>().Which.Message.Should().Contain("signed by 2 keys of its own role root; 3 are needed");
        }
    }

    [Fact]
    public async Task A_repository_that_securesystemslib_signed_is_read()
    {
        await using var server = await ServeAsync(Peer);
        using var folder = new TemporaryFolder();
        using var mirror = new TufMirror(new Uri($"http://{server.Address}/"), TimeProvider.System);
        var cache = new TufCache(folder["cache"]);

        var update = await new TufClient(mirror, cache, await File.ReadAllBytesAsync(Path.Combine(Peer, "1.root.json")), TimeProvider.System)
            .UpdateAsync(null, ["trusted_root.json"], ["signing_config.v0.2.json"], CancellationToken.None);

        update.Roles.Select(static role => role.Version).Should().Equal(2, 5, 4, 3);
        update.Targets.Should().HaveCount(2);
        TrustedRoot.Parse(update.Targets[0].Content).Logs.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("2.root.json")]
    [InlineData("3.targets.json")]
    [InlineData("4.snapshot.json")]
    [InlineData("timestamp.json")]
    public void What_securesystemslib_signs_is_canonical_in_the_tests_own_words_too(string name)
    {
        byte[] content = File.ReadAllBytes(Path.Combine(Peer, name));
        using var document = JsonDocument.Parse(content);

        OlpcJson.Of(document.RootElement.GetProperty("signed")).Should().Equal(TestTufRepository.Canonical(JsonNode.Parse(content)!["signed"]));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(15)]
    public async Task The_repository_of_the_public_instance_is_read_from_every_root_whose_dates_follow_the_specification(int first)
    {
        await using var server = await ServeAsync(Public);
        using var folder = new TemporaryFolder();
        var time = new FixedTime(new DateTimeOffset(2026, 8, 22, 0, 0, 0, TimeSpan.Zero));
        using var mirror = new TufMirror(new Uri($"http://{server.Address}/"), time);
        byte[] root = await File.ReadAllBytesAsync(Path.Combine(Public, $"{first}.root.json"));
        var client = new TufClient(mirror, new TufCache(folder["cache"]), PublicGood.ReadRoot(), time);

        var update = await client.UpdateAsync(first is 15 ? null : root, ["trusted_root.json"], ["signing_config.v0.2.json"], CancellationToken.None);

        update.Roles.Select(static role => role.Version).Should().Equal(15, 762, 165, 14);
        update.Targets.Should().HaveCount(2);
        (await FluentActions.Awaiting(() => client.UpdateAsync(null, ["rekor.json"], [], CancellationToken.None)).Should().ThrowAsync<TufException>())
            .Which.Message.Should().Contain("delegates to other roles");
    }

    private static Task<ScriptedServer> ServeAsync(string folder) => ScriptedServer.StartAsync(context =>
    {
        string path = Path.Combine(folder, context.Request.Path.Value!.TrimStart('/'));
        if (File.Exists(path))
        {
            return context.Response.Body.WriteAsync(File.ReadAllBytes(path)).AsTask();
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
