using Provenance.Attestor.Tuf;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Provenance.Testing.Tuf;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary><c>provenance trust</c>, and what <c>verify-bundle</c> takes from its cache.</summary>
public sealed class TrustTests : IAsyncLifetime, IDisposable
{
    private const string Public = "tuf-repo-cdn.sigstore.dev";
    private static readonly string Data = Repository.PathOf("tests", "Attestor.Tests", "Data");
    private static readonly string PublicRoot = Path.Combine(Data, "sigstore-conformance", "public-good.trusted_root.json");
    private static readonly string PrivateRoot = Path.Combine(Data, "sigstore-vectors", "trusted_root.json");

    private readonly TemporaryFolder folder = new();
    private TestTufRepository repository = null!;

    public async Task InitializeAsync()
    {
        repository = await TestTufRepository.StartAsync();
        await PublishAsync(PublicRoot, new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero));
        repository.PublishRoot();
        await File.WriteAllBytesAsync(folder["root.json"], repository.NewestRoot);
    }

    public Task DisposeAsync() => repository.DisposeAsync().AsTask();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Update_fetches_show_shows_and_export_writes_what_was_fetched()
    {
        (await TrustAsync("update")).ShouldBeRefused("--root FILE");
        (await TrustAsync("show")).ShouldBeRefused("trust update");
        (await TrustAsync("export", "--out", folder["tr.json"])).ShouldBeRefused("trust update");
        repository.Targets["signing_config.v0.2.json"] = "{}"u8.ToArray();
        repository.Publish();

        var first = (await TrustAsync("update", "--root", folder["root.json"])).ShouldEndWith(0);
        first.Output.Should().MatchRegex(@"root +│ 2 +│ 2 +│ 2999-01-01").And.MatchRegex(@"timestamp +│ 3 +│ - ").And.MatchRegex(@"signing_config.v0.2.json +│ new");
        (await TrustAsync("show")).ShouldEndWith(0).Output.Should().Contain($"from {repository.Address}").And.Contain("root version 2 until 2999-01-01").And.Contain("https://rekor.sigstore.dev");
        (await TrustAsync("export", "--out", folder["tr.json"])).ShouldEndWith(0);
        (await File.ReadAllBytesAsync(folder["tr.json"])).Should().Equal(await File.ReadAllBytesAsync(PublicRoot));
        (await File.ReadAllTextAsync(folder["signing_config.v0.2.json"])).Should().Be("{}");
        (await TrustAsync("export", "--out", "-")).ShouldEndWith(0).Output.Should().Be(await File.ReadAllTextAsync(PublicRoot));
    }

    [Fact]
    public async Task Update_says_what_changed()
    {
        await UpdateAsync();
        await PublishAsync(PrivateRoot, repository.Root.Expires);

        var result = (await TrustAsync("update", "--out", folder["tr.json"])).ShouldEndWith(0);

        result.Output.Should().MatchRegex(@"targets +│ 3 +│ 2 ").And.MatchRegex(@"trusted_root.json +│ new").And.MatchRegex(@"no more +transparency +https://rekor.sigstore.dev").And.Contain("now      certificates");
        (await File.ReadAllBytesAsync(folder["tr.json"])).Should().Equal(await File.ReadAllBytesAsync(PrivateRoot));
    }

    [Fact]
    public async Task Update_ends_with_1_for_what_does_not_hold_and_with_3_for_what_is_out_of_reach()
    {
        repository.SetExpiry(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        repository.PublishTimestamp();
        (await TrustAsync("update", "--root", folder["root.json"])).ShouldEndWith(1).ErrorLines.Should().ContainSingle().Which.Should().Contain("timestamp.json").And.Contain("2020-01-01");
        repository.Files.TryRemove("timestamp.json", out _);
        (await TrustAsync("update", "--root", folder["root.json"])).ShouldEndWith(3).Error.Should().Contain("timestamp.json does not exist");
        (await Executable.RunAsync("trust", "update", "--mirror", "http://tuf.example.com")).ShouldEndWith(2).Error.Should().Contain("https");
        (await Executable.RunAsync("trust", "update", "--mirror", "example")).ShouldBeRefused("--mirror");
    }

    [Fact]
    public async Task Update_says_on_standard_error_what_of_the_cache_was_damaged()
    {
        await UpdateAsync();
        await File.WriteAllTextAsync(Path.Combine(CacheOf($"127.0.0.1_{repository.Address.Port}"), "snapshot.json"), "torn");

        (await TrustAsync("update")).ShouldEndWith(0).ErrorLines.Should().ContainSingle().Which.Should().StartWith("warning: ").And.Contain("snapshot.json");
        (await TrustAsync("update")).ShouldEndWith(0).ErrorLines.Should().BeEmpty();
    }

    [Fact]
    public async Task Verify_bundle_uses_the_cached_root_of_the_public_instance_and_asks_nobody()
    {
        (await VerifyAsync()).ShouldEndWith(0);
        await UpdateAsync();
        Directory.Move(CacheOf($"127.0.0.1_{repository.Address.Port}"), CacheOf(Public));
        int requests = repository.Requests.Count;
        (await VerifyAsync()).ShouldEndWith(0);
        repository.Requests.Should().HaveCount(requests);

        string targets = Path.Combine(CacheOf(Public), "targets");
        string cached = Directory.GetFiles(targets).Single();
        await File.WriteAllTextAsync(cached, "{}");
        (await VerifyAsync()).ShouldBeRefused("trusted_root.json is not the file", "trust update");
    }

    [Fact]
    public async Task Verify_bundle_refuses_by_the_cached_root_what_the_built_in_one_would_accept()
    {
        await PublishAsync(PrivateRoot, repository.Root.Expires);
        await UpdateAsync();
        Directory.Move(CacheOf($"127.0.0.1_{repository.Address.Port}"), CacheOf(Public));

        (await VerifyAsync()).ShouldEndWith(1).Output.Should().Contain("TLOG_UNTRUSTED");
    }

    [Fact]
    public async Task Verify_bundle_does_not_fall_back_from_an_expired_root_to_the_older_one_that_is_built_in()
    {
        await UpdateAsync();
        repository.SetExpiry(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        repository.PublishTargets();
        string cache = CacheOf(Public);
        Directory.Move(CacheOf($"127.0.0.1_{repository.Address.Port}"), cache);
        await File.WriteAllBytesAsync(Path.Combine(cache, "targets.json"), repository.Files["3.targets.json"]);

        (await VerifyAsync()).ShouldBeRefused("expired at 2020-01-01", "trust update", "--trusted-root FILE");
        (await VerifyAsync("--trusted-root", PublicRoot)).ShouldEndWith(0);
    }

    [Fact]
    public async Task Show_says_that_what_is_cached_has_expired_and_what_to_do()
    {
        await UpdateAsync();
        (await TrustAsync("show")).ShouldEndWith(0).ErrorLines.Should().BeEmpty();
        repository.SetExpiry(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        repository.PublishTargets();
        await File.WriteAllBytesAsync(Path.Combine(CacheOf($"127.0.0.1_{repository.Address.Port}"), "targets.json"), repository.Files["3.targets.json"]);

        var result = (await TrustAsync("show")).ShouldEndWith(0);

        result.Output.Should().Contain("root version 2 until 2999-01-01").And.Contain("targets version 3 EXPIRED at 2020-01-01 00:00:00Z").And.Contain("https://rekor.sigstore.dev");
        result.ErrorLines.Should().ContainSingle().Which.Should().StartWith("warning: ").And.ContainAll("expired at 2020-01-01", $"trust update, with --mirror {repository.Address}");
        (await TrustAsync("export", "--out", folder["tr.json"])).ShouldBeRefused("expired");
    }

    [Fact]
    public async Task Show_says_until_when_the_root_behind_the_built_in_trust_is_valid()
    {
        var root = PublicGood.ReadRootState();
        bool isOver = root.Expires <= TimeProvider.System.GetUtcNow();

        var result = (await RunAsync(["trust", "show"])).ShouldEndWith(0);

        result.Output.Should().Contain($"root version {root.Version} {(isOver ? "EXPIRED at" : "until")} {root.Expires:yyyy-MM-dd HH:mm:ss}Z").And.Contain("trust update");
        result.ErrorLines.Where(static line => line.StartsWith("warning: ", StringComparison.Ordinal) && line.Contains("trust update", StringComparison.Ordinal)).Should().HaveCount(isOver ? 1 : 0);
    }

    [Fact]
    public async Task A_cache_in_the_working_folder_is_nobodys()
    {
        var relative = new Dictionary<string, string> { ["XDG_CACHE_HOME"] = "cache", ["HOME"] = "." };

        (await Executable.RunWithAsync("", relative, "trust", "show", "--mirror", repository.Address.AbsoluteUri)).ShouldBeRefused("XDG_CACHE_HOME", "--data");
        (await Executable.RunWithAsync("", relative, "trust", "show", "--mirror", repository.Address.AbsoluteUri, "--data", folder["data"])).ShouldBeRefused("Nothing of");
    }

    private string CacheOf(string name) => folder[Path.Combine("cache", "provenance", "trust", name)];

    private async Task PublishAsync(string trustedRoot, DateTimeOffset expires)
    {
        repository.SetExpiry(expires);
        repository.Targets["trusted_root.json"] = await File.ReadAllBytesAsync(trustedRoot);
        repository.Publish();
    }

    private async Task UpdateAsync() => (await TrustAsync("update", "--root", folder["root.json"])).ShouldEndWith(0);

    private Task<CommandResult> TrustAsync(string verb, params string[] more) => RunAsync(["trust", verb, "--mirror", repository.Address.AbsoluteUri, .. more]);

    private Task<CommandResult> VerifyAsync(params string[] more) => RunAsync(
    [
        "verify-bundle", "--bundle", Path.Combine(Data, "sigstore-conformance", "happy-path-v0.3", "bundle.sigstore.json"),
        "--certificate-identity", "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main",
        "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com", .. more, Path.Combine(Data, "sigstore-conformance", "a.txt"),
    ]);

    private Task<CommandResult> RunAsync(string[] arguments) =>
        Executable.RunWithAsync("", new Dictionary<string, string> { ["XDG_CACHE_HOME"] = folder["cache"] }, arguments);
}
