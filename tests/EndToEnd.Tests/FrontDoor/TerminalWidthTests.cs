using System.Text.RegularExpressions;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary>At a narrow terminal nothing that is copied or compared is broken in the middle.</summary>
public sealed partial class TerminalWidthTests(SampleRuns samples) : IClassFixture<SampleRuns>
{
    private const string Model = "sha256:9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4";
    private const string Identity = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

    private static readonly string Conformance = Repository.PathOf("tests", "Attestor.Tests", "Data", "sigstore-conformance");
    private static readonly string Bundle = Path.Combine(Conformance, "happy-path-intoto-in-dsse-v3", "bundle.sigstore.json");

    [Theory]
    [InlineData(80)]
    [InlineData(40)]
    [InlineData(200)]
    public async Task Lookup_shows_all_that_a_file_of_its_output_has(int columns)
    {
        using var data = samples.Copy();

        string shown = await ShowAsync(columns, "lookup", Model, "--data", data.Path);

        string plain = (await Executable.RunAsync("lookup", Model, "--data", data.Path)).ShouldEndWith(0).Output;
        Digests().Matches(plain).Should().HaveCountGreaterThan(10);
        Words(plain).Except(Words(shown)).Where(static word => word.Length > 20 && char.IsAsciiLetter(word[0])).Should().BeEmpty();
        Digests().Matches(shown).Should().HaveSameCount(Digests().Matches(plain));
    }

    [Fact]
    public async Task Lookup_is_a_line_a_field_where_a_table_does_not_fit()
    {
        using var data = samples.Copy();

        string shown = await ShowAsync(80, "lookup", Model, "--data", data.Path);

        shown.Should().NotContain("│").And.Contain($"  digest\n    {Model[..7]}").And.Contain("  what was made from it  registry.example.com/ml/sentiment\n");
    }

    [Fact]
    public async Task Up_shows_its_trees_and_commands_in_one_piece()
    {
        using var folder = new TemporaryFolder();

        string shown = await ShowAsync(80, "up", Executable.Samples, "--once", "--port", "0", "--data", folder["data"]);

        Digests().Matches(shown).Should().HaveCountGreaterThan(10);
        shown.Should().MatchRegex($@"lookup sha256:[0-9a-f]{{64}} --data {Regex.Escape(folder["data"])}\n");
    }

    [Fact]
    public async Task Verify_shows_digests_and_identities_in_one_piece()
    {
        string[] demand = ["--certificate-identity", Identity, "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com"];
        string verified = await ShowAsync(80, ["verify", Bundle, .. demand]);
        verified.Should().StartWith("VERIFIED").And.Contain(Identity);
        Digests().Matches(verified).Should().HaveCountGreaterThan(2);

        string refused = await ShowAsync(80, ["verify", "sha256:" + new string('0', 64), "--bundle", Bundle, .. demand]);
        refused.Should().StartWith("REFUSED  sha256:0000").And.MatchRegex("  code +SUBJECT_MISMATCH\n").And.NotContain("│");
    }

    [Fact]
    public async Task Bundle_inspect_and_trust_show_break_nothing()
    {
        (await ShowAsync(80, "bundle", "inspect", Bundle)).Should().Contain(Identity).And.MatchRegex("sha256:[0-9a-f]{64}\n");
        (await ShowAsync(80, "trust", "show")).Should().Contain("  who        https://rekor.sigstore.dev\n").And.NotContain("│");
        (await ShowAsync(200, "trust", "show")).Should().Contain("│");
    }

    [Fact]
    public async Task Help_keeps_to_the_width_of_the_terminal()
    {
        string help = await TerminalRun.OutputAsync(80, "verify", "--help");

        help.Split('\n').Should().OnlyContain(static line => line.Length <= 80);
        help.Should().Contain("provenance verify [<TARGET>] [options]");
    }

    /// <summary>Runs it, and sees that a digest that begins on a line ends on it.</summary>
    private static async Task<string> ShowAsync(int columns, params string[] arguments)
    {
        string shown = await TerminalRun.OutputAsync(columns, arguments);
        BrokenDigest().Matches(shown).Should().BeEmpty(shown);
        return shown;
    }

    private static string[] Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("sha256:[0-9a-f]{64}(?![0-9a-f])")]
    private static partial Regex Digests();

    // Twelve digits are how runs are listed; anything else that is shorter than a whole digest was cut.
    [GeneratedRegex("sha256:(?![0-9a-f]{64})(?![0-9a-f]{12}(?![0-9a-f]))[0-9a-f]+")]
    private static partial Regex BrokenDigest();
}
