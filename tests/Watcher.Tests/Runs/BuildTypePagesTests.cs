using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Provenance.Testing;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Mapped;
using Provenance.Watcher.Tests.Runs.Mapped;

namespace Provenance.Watcher.Tests.Runs;

/// <summary>The examples of the pages about build types are byte for byte what is written.</summary>
public sealed partial class BuildTypePagesTests
{
    private static readonly JsonWriterOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("job-v1.md")]
    [InlineData("training-v1.md")]
    [InlineData("mapped-v1.md")]
    public async Task The_complete_example_of_a_build_type_is_what_is_written(string page)
    {
        IEnumerable<IRunKind> kinds = [.. AllKinds.Registered, .. RunKindFile.Parse(Encoding.UTF8.GetBytes(MappedYaml.RayJob), "ray.yaml")];
        string text = File.ReadAllText(Repository.PathOf("docs", "buildtypes", page));
        string run = Block().Matches(text).Last(static m => m.Groups[1].Value is "yaml").Groups[2].Value;
        string statement = AllKinds.StatementOf(await AllKinds.CollectAsync(run, kinds: kinds));
        statement.Should().Be(Minified(Block().Matches(text).Last(static m => m.Groups[1].Value is "json").Groups[2].Value));
    }

    [Fact]
    public async Task The_document_of_a_github_job_is_read_as_the_page_says()
    {
        string text = File.ReadAllText(Repository.PathOf("docs", "run-kinds.md"));
        string statement = AllKinds.StatementOf(await AllKinds.CollectAsync(Block().Matches(text).Single(static m => m.Groups[1].Value is "json").Groups[2].Value));
        statement.Should().Contain("\"name\":\"pkg:generic/dist/app.tgz\"").And.Contain("\"name\":\"ghcr.io/owner/app\"").And.Contain("\"name\":\"inputs/source\"")
            .And.Contain("\"invocationId\":\"github.com/apis/github.com/v1/namespaces/owner/app/workflowruns/18234567890@owner/app#18234567890#1\"");
    }

    [Fact]
    public void The_page_of_kinds_names_every_registered_kind()
    {
        string page = File.ReadAllText(Repository.PathOf("docs", "run-kinds.md"));
        AllKinds.Registered.SelectMany(static k => k.Resources).Select(static r => r.Kind).Should().OnlyContain(k => page.Contains(k, StringComparison.Ordinal));
    }

    private static string Minified(string json)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, AsWritten))
        {
            using var document = JsonDocument.Parse(json);
            document.RootElement.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    [GeneratedRegex("```(yaml|json)\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
