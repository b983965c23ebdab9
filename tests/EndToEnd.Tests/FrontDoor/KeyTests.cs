using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary><c>provenance key generate</c>.</summary>
public sealed class KeyTests : IDisposable
{
    private static readonly Dictionary<string, string> Passphrase = new() { ["PROVENANCE_PASSPHRASE"] = "correct horse" };

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_key_is_encrypted_and_its_owners_alone()
    {
        var result = (await GenerateAsync(Passphrase)).ShouldEndWith(0);
        File.GetUnixFileMode(folder["release.key"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await File.ReadAllTextAsync(folder["release.key"])).Should().StartWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
        (await File.ReadAllTextAsync(folder["release.pub"])).Should().StartWith("-----BEGIN PUBLIC KEY-----");
        Directory.EnumerateFiles(folder.Path).Should().HaveCount(2);
        result.Output.Should().MatchRegex("fingerprint +sha256:[0-9a-f]{64}").And.NotContain("correct horse");
    }

    [Fact]
    public async Task A_key_is_never_overwritten()
    {
        (await GenerateAsync(Passphrase)).ShouldEndWith(0);
        string before = await File.ReadAllTextAsync(folder["release.key"]);
        (await GenerateAsync(Passphrase)).ShouldBeRefused("release.key", "never overwritten");
        (await File.ReadAllTextAsync(folder["release.key"])).Should().Be(before);
    }

    [Fact]
    public async Task Without_a_passphrase_a_key_is_made_only_when_that_is_said()
    {
        (await GenerateAsync([])).ShouldBeRefused("PROVENANCE_PASSPHRASE", "--no-passphrase");
        File.Exists(folder["release.key"]).Should().BeFalse();
        (await GenerateAsync([], "--no-passphrase")).ShouldEndWith(0).Output.Should().Contain("not encrypted");
        (await File.ReadAllTextAsync(folder["release.key"])).Should().StartWith("-----BEGIN PRIVATE KEY-----");
    }

    [Fact]
    public async Task An_encrypted_key_signs_with_its_passphrase_and_not_with_another()
    {
        (await GenerateAsync(Passphrase)).ShouldEndWith(0);
        string[] attest = ["attest", "-", "--key", folder["release.key"], "--builder-id", "https://ci.example.com/test", "--bundle", folder["bundle.json"]];
        string run = RunFiles.TaskRun("signed", "https://downloads.example.com/a.tar", new string('c', 64));
        var wrong = new Dictionary<string, string> { ["PROVENANCE_PASSPHRASE"] = "wrong horse" };
        (await Executable.RunWithAsync(run, wrong, attest)).ShouldBeRefused("release.key", "passphrase").Error.Should().NotContain("wrong horse");
        (await Executable.RunWithAsync(run, new Dictionary<string, string>(), attest)).ShouldBeRefused("release.key", "passphrase");
        (await Executable.RunWithAsync(run, Passphrase, attest)).ShouldEndWith(0);
        (await Executable.RunAsync("verify", folder["bundle.json"], "--key", folder["release.pub"])).ShouldEndWith(0);
    }

    public void Dispose() => folder.Dispose();

    private Task<CommandResult> GenerateAsync(Dictionary<string, string> environment, params string[] more) =>
        Executable.RunWithAsync("", environment, ["key", "generate", "--out", folder["release.key"], .. more]);
}
