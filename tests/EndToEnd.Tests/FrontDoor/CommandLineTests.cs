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
