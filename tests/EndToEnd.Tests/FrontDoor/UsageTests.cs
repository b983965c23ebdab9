using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;

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
    [InlineData("trust show --nothing a b", "provenance trust show has no option --nothing.", "See: provenance trust show --help")]
    [InlineData("verify x --kye k", "provenance verify has no option --kye. Did you mean --key?", "See: provenance verify --help")]
    [InlineData("verify --kye x", "provenance verify has no option --kye. Did you mean --key?", "See: provenance verify --help")]
    [InlineData("lookup a b", "b is one too many: provenance lookup takes <DIGEST>.", "See: provenance lookup --help")]
    [InlineData("key generate --out k more", "more is one too many: provenance key generate takes no arguments.", "See: provenance key generate --help")]
    [InlineData("attest", "provenance attest needs <RUN_FILE>.", "See: provenance attest --help")]
    [InlineData("attest-blob a", "provenance attest-blob needs --predicate <FILE>, --type <TYPE|URI>, --bundle <FILE>.", "See: provenance attest-blob --help")]
    [InlineData("verify-bundle", "provenance verify-bundle needs <FILE_OR_DIGEST>, --bundle <FILE>.", "See: provenance verify-bundle --help")]
    [InlineData("verify x --output xml", "--output xml is not one of text, json.", "See: provenance verify --help")]
    [InlineData("attest x -o xml", "-o xml is not one of text, json.", "See: provenance attest --help")]
    [InlineData("store --anonymous all", "--anonymous all is not one of none, read, write.", "See: provenance store --help")]
    [InlineData("up --port http", "--port http is no whole number.", "See: provenance up --help")]
    [InlineData("verify x --key", "--key needs a value: --key <FILE>.", "See: provenance verify --help")]
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
    [InlineData("verify-bundle FOLDER --bundle FILE --certificate-identity a --certificate-oidc-issuer b", "FOLDER is a folder")]
    [InlineData("verify FILE --key none.pub", "There is no file none.pub", "provenance key generate")]
    [InlineData("attest FILE --builder-id https://ci.example.com/x --key none.key", "There is no file none.key", "provenance key generate")]
    [InlineData("key show none.key", "There is no file none.key")]
    [InlineData("key generate --no-passphrase --out FOLDER/none/key", "there is no folder FOLDER/none", "Make it")]
    [InlineData("up FILE --once", "FILE is a file", "Name a folder")]
    [InlineData("up FOLDER --once --port 0 --data FILE", "FILE", "--data DIR")]
    [InlineData("up FOLDER --once --port 0 --data FOLDER/new --run-kinds none.yaml", "none.yaml")]
    [InlineData("up FOLDER --once --port 0 --data FOLDER/new --repository Bad", "--repository")]
    [InlineData("up FOLDER --once --port 0 --data FOLDER/new --builder-id x", "--builder-id")]
    [InlineData("store scrub --data FOLDER", "There is no store in FOLDER", "--data")]
    [InlineData("watch status --data FOLDER", "There is no journal FOLDER/journal", "Name the data folder")]
    [InlineData("trust show FILE --staging", "either the file FILE")]
    [InlineData("verify FILE --key FILE --certificate-identity a --certificate-oidc-issuer b --bundle FILE", "FILE", "PUBLIC KEY")]
    [InlineData("verify FILE --certificate-identity-regexp ( --certificate-oidc-issuer b", "--certificate-identity-regexp", "regular expression")]
    public async Task What_is_no_file_no_folder_or_cannot_be_read_is_named_and_nothing_is_made(string line, params string[] parts)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["file"], "");
        Directory.CreateDirectory(folder["folder"]);
        string Place(string text) => text.Replace("FILE", folder["file"], StringComparison.Ordinal).Replace("FOLDER", folder["folder"], StringComparison.Ordinal);

        var result = (await Executable.RunAsync([.. line.Split(' ').Select(Place)])).ShouldBeRefused([.. parts.Select(Place)]);

        result.Error.Should().NotContain("..\n");
        Directory.EnumerateFileSystemEntries(folder["folder"]).Should().BeEmpty();
    }

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
