using Provenance.EndToEnd.Tests.Processes;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary>Command lines that cannot be meant: one line says what is wrong, the next where to read on.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("verfy", "provenance has no command verfy. Did you mean verify?", "See: provenance --help")]
    [InlineData("sbom", "provenance has no command sbom.", "See: provenance --help")]
    [InlineData("--verison", "provenance has no option --verison.", "See: provenance --help")]
    [InlineData("trust shwo", "provenance trust has no command shwo. Did you mean show?", "See: provenance trust --help")]
    [InlineData("-o json verify x", "Options follow the command: provenance verify ... -o", "See: provenance verify --help")]
    [InlineData("--data x trust show", "Options follow the command: provenance trust show ... --data", "See: provenance trust show --help")]
    [InlineData("trust show --nothing a b", "Unrecognized command or argument", "See: provenance trust show --help")]
    public async Task What_is_wrong_is_said_once_and_with_the_command_that_was_meant(string line, string problem, string help)
    {
        var result = (await Executable.RunAsync(line.Split(' '))).ShouldEndWith(2);

        result.ErrorLines[0].Should().StartWith(problem);
        result.ErrorLines[^1].Should().Be(help);
        result.Error.Should().NotContain("Required command");
        result.Output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("", "verify-bundle")]
    [InlineData("trust", "update, export, show")]
    [InlineData("key", "generate, show")]
    public async Task Without_a_command_all_are_named(string line, string names) =>
        (await Executable.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ShouldEndWith(2).ErrorLines[0].Should().Contain(names);

    [Theory]
    [InlineData("verify", "--key")]
    [InlineData("verify-bundle", "--key", "--bundle")]
    [InlineData("verify", "--trusted-root", "--key")]
    [InlineData("trust show")]
    [InlineData("bundle inspect")]
    public async Task A_folder_where_a_file_is_needed_is_named(string command, params string[] options)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string[] given = [.. options.SelectMany(o => new[] { o, folder })];

        var result = (await Executable.RunAsync([.. command.Split(' '), .. given, folder])).ShouldEndWith(2);

        result.ErrorLines.Should().ContainSingle().Which.Should().StartWith("error: ").And.Contain(folder);
        Directory.Delete(folder);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_not_looked_for_in_a_registry()
    {
        string key = Path.Combine(Directory.CreateTempSubdirectory().FullName, "key");
        (await Executable.RunAsync("key", "generate", "--no-passphrase", "--out", key)).ShouldEndWith(0);

        (await Executable.RunAsync("verify", "app.tar.gz", "--key", key + ".pub")).ShouldBeRefused("There is no file app.tar.gz", "docker.io/library/app.tar.gz");

        Directory.Delete(Path.GetDirectoryName(key)!, recursive: true);
    }

    [Fact]
    public async Task A_trusted_root_that_is_none_is_named()
    {
        string file = Path.GetTempFileName();

        (await Executable.RunAsync("trust", "show", file)).ShouldBeRefused(file, "trusted root", "not valid JSON");

        File.Delete(file);
    }
}
