using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Provenance.Testing.Tuf;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary>By which trusted root <c>verify</c> verifies an identity: the one that is named, else what was fetched, else the built-in one.</summary>
public sealed class VerifyIdentityTests : IAsyncLifetime, IDisposable
{
    private const string Issuer = "https://token.actions.githubusercontent.com";
    private static readonly string Data = Repository.PathOf("tests", "Attestor.Tests", "Data");
    private static readonly string Bundle = Path.Combine(Data, "sigstore-conformance", "happy-path-intoto-in-dsse-v3", "bundle.sigstore.json");
    private static readonly string PublicRoot = Path.Combine(Data, "sigstore-conformance", "public-good.trusted_root.json");
    private static readonly string PrivateRoot = Path.Combine(Data, "sigstore-vectors", "trusted_root.json");
    private static readonly DateTimeOffset Never = new(2999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();
    private TestTufRepository repository = null!;

    public async Task InitializeAsync() => repository = await TestTufRepository.StartAsync();

    public Task DisposeAsync() => repository.DisposeAsync().AsTask();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Without_anything_it_is_the_built_in_one_of_the_public_instance()
    {
        var result = (await VerifyAsync()).ShouldEndWith(0);

        result.Output.Should().StartWith("VERIFIED").And.MatchRegex("trust +the public Sigstore instance as of 2026-08-21, built in");
        var record = (await VerifyAsync("-o", "json")).ShouldEndWith(0).Json.GetProperty("trustedRoot");
        record.GetProperty("origin").GetString().Should().Be("builtIn");
        record.TryGetProperty("path", out _).Should().BeFalse();
    }

    [Fact]
    public async Task What_was_fetched_goes_before_the_built_in_one_and_opens_no_connection()
    {
        await FetchAsync(PublicRoot, Never);
        int requests = repository.Requests.Count;

        (await VerifyAsync()).ShouldEndWith(0).Output.Should().MatchRegex("trust +fetched by trust update, in .*tuf-repo-cdn.sigstore.dev");
        (await VerifyAsync("-o", "json")).ShouldEndWith(0).Json.GetProperty("trustedRoot").GetProperty("path").GetString().Should().Be(Cache("tuf-repo-cdn.sigstore.dev"));

        repository.Requests.Should().HaveCount(requests);
    }

    [Fact]
    public async Task What_the_fetched_one_no_longer_trusts_is_refused_even_where_the_built_in_one_would_accept_it()
    {
        await FetchAsync(PrivateRoot, Never);

        (await VerifyAsync()).ShouldEndWith(1).Output.Should().StartWith("REFUSED").And.Contain("TLOG_UNTRUSTED").And.MatchRegex("trust +fetched by trust update");
    }

    [Fact]
    public async Task A_fetched_one_that_has_expired_is_refused_and_the_built_in_one_does_not_take_its_place()
    {
        await FetchAsync(PublicRoot, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));

        (await VerifyAsync()).ShouldBeRefused("expired at 2020-01-01", "trust update", "--trusted-root FILE");
        (await VerifyAsync("-o", "json")).ShouldEndWith(2).Output.Should().BeEmpty();
        var named = (await VerifyAsync("--trusted-root", PublicRoot, "-o", "json")).ShouldEndWith(0).Json.GetProperty("trustedRoot");
        named.GetProperty("origin").GetString().Should().Be("file");
        named.GetProperty("path").GetString().Should().Be(PublicRoot);
    }

    [Fact]
    public async Task A_damaged_cache_is_refused()
    {
        await FetchAsync(PublicRoot, Never);
        await File.WriteAllTextAsync(Directory.GetFiles(Path.Combine(Cache("tuf-repo-cdn.sigstore.dev"), "targets")).Single(), "{}");

        (await VerifyAsync()).ShouldBeRefused("trusted_root.json is not the file", "trust update");
    }

    [Fact]
    public async Task Another_identity_is_refused_under_the_built_in_one() =>
        (await RunAsync("verify", Bundle, "--certificate-identity", "https://github.com/somebody/else", "--certificate-oidc-issuer", Issuer))
            .ShouldEndWith(1).Output.Should().Contain("IDENTITY");

    [Fact]
    public async Task A_key_alone_asks_for_no_trusted_root_not_even_for_one_that_has_expired()
    {
        await FetchAsync(PublicRoot, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        string vectors = Path.Combine(Data, "sigstore-vectors");
        string[] verify = ["verify", Path.Combine(vectors, "cosign-key.bundle.json"), "--key", Path.Combine(vectors, "cosign.pub")];

        (await RunAsync(verify)).ShouldEndWith(0).Output.Should().NotMatchRegex("(?m)^ +trust ");
        (await RunAsync([.. verify, "-o", "json"])).ShouldEndWith(0).Json.TryGetProperty("trustedRoot", out _).Should().BeFalse();
        (await RunAsync([.. verify, "--without-transparency-log"])).ShouldBeRefused("--trusted-root FILE");
    }

    private string Cache(string name) => folder[Path.Combine("cache", "provenance", "trust", name)];

    /// <summary>Fills the cache of the public instance from a repository of our own, through the command.</summary>
    private async Task FetchAsync(string trustedRoot, DateTimeOffset expires)
    {
        repository.SetExpiry(Never);
        repository.Targets["trusted_root.json"] = await File.ReadAllBytesAsync(trustedRoot);
        repository.Publish();
        repository.PublishRoot();
        await File.WriteAllBytesAsync(folder["root.json"], repository.NewestRoot);
        (await RunAsync("trust", "update", "--mirror", repository.Address.AbsoluteUri, "--root", folder["root.json"])).ShouldEndWith(0);
        string cache = Cache("tuf-repo-cdn.sigstore.dev");
        Directory.Move(Cache($"127.0.0.1_{repository.Address.Port}"), cache);
        if (expires < Never)
        {
            repository.SetExpiry(expires);
            repository.PublishTargets();
            await File.WriteAllBytesAsync(Path.Combine(cache, "targets.json"), repository.Files["3.targets.json"]);
        }
    }

    private Task<CommandResult> VerifyAsync(params string[] more) => RunAsync(
    [
        "verify", Bundle, "--certificate-identity-regexp", "https://github\\.com/sigstore-conformance/.*", "--certificate-oidc-issuer", Issuer, .. more,
    ]);

    private Task<CommandResult> RunAsync(params string[] arguments) =>
        Executable.RunWithAsync("", new Dictionary<string, string> { ["XDG_CACHE_HOME"] = folder["cache"] }, arguments);
}
