using System.Text.RegularExpressions;
using Provenance.EndToEnd.Tests.Processes;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary>Only the command that the first argument names is made; all others are there all the same.</summary>
public sealed class CommandLineTests
{
    private static readonly string[] Names = ["up", "attest", "attest-blob", "sign-bundle", "watch", "store", "verify", "verify-bundle", "bundle", "trust", "lookup", "key"];

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Help_names_every_command_once_and_in_order(string option)
    {
        var result = (await Executable.RunAsync(option)).ShouldEndWith(0);

        ReadCommands(result.Output).Should().Equal(Names);
    }

    [Fact]
    public async Task Every_command_that_help_names_has_a_help_of_its_own()
    {
        foreach (string name in Names)
        {
            var result = (await Executable.RunAsync(name, "--help")).ShouldEndWith(0);

            result.Output.Should().MatchRegex($@"provenance {name}( |\n)");
        }
    }

    [Theory]
    [InlineData("up", "provenance up [<RUNS_FOLDER>] [options]")]
    [InlineData("attest", "provenance attest <RUN_FILE> [options]")]
    [InlineData("attest-blob", "provenance attest-blob <ARTIFACT> --predicate <FILE> --type <TYPE|URI> --bundle <FILE> [options]")]
    [InlineData("sign-bundle", "provenance sign-bundle <FILE> --bundle <FILE> [options]")]
    [InlineData("watch", "provenance watch [options]", "provenance watch <command> [options]", "  retry <RUN>  ")]
    [InlineData("store", "provenance store [options]", "provenance store <command> [options]")]
    [InlineData("verify", "provenance verify [<TARGET>] [options]")]
    [InlineData("verify-bundle", "provenance verify-bundle <FILE_OR_DIGEST> --bundle <FILE> [options]")]
    [InlineData("trust", "provenance trust <command> [options]", "  show [<FILE>]  ")]
    [InlineData("trust show", "provenance trust show [<FILE>] [options]", "  <FILE>  A trusted_root.json", "-?, -h, --help")]
    [InlineData("key generate", "provenance key generate --out <FILE> [options]", "--out <FILE> (REQUIRED)")]
    [InlineData("lookup", "provenance lookup <DIGEST> [options]", "The data folder [default: .provenance]", "-o, --output <text|json>")]
    [InlineData("", "provenance <command> [options]", "  up [<RUNS_FOLDER>]  ", "  verify [<TARGET>]  ", "  attest <RUN_FILE>  ", "--version")]
    public async Task Help_shows_what_has_to_be_given_and_what_may_be_left_out(string command, params string[] parts)
    {
        var result = (await Executable.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).ShouldEndWith(0);

        result.Output.Should().ContainAll(parts);
        result.Output.Should().MatchRegex($@"Usage:\n  {Regex.Escape(parts[0])}\n");
    }

    [Theory]
    [InlineData("no-such-command")]
    [InlineData("Verify")]
    [InlineData("")]
    public async Task A_name_of_no_command_is_a_fault_of_usage(string name) => (await Executable.RunAsync(name)).ExitCode.Should().Be(2);

    [Fact]
    public async Task A_second_command_is_not_looked_for_behind_the_first() =>
        (await Executable.RunAsync("key", "verify")).ExitCode.Should().Be(2);

    private static List<string> ReadCommands(string help) =>
    [
        .. help.Split('\n').SkipWhile(static line => !line.StartsWith("Commands:", StringComparison.Ordinal)).Skip(1)
            .Where(static line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] is not ' ')
            .Select(static line => line.Trim().Split(' ')[0]),
    ];
}
