using System.Reflection;
using System.Text.RegularExpressions;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Tuf;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Docs;

/// <summary>docs/verdicts.md names every code exactly once and none that does not exist, verdict codes in the order of the checks; docs/verify.md those of trusted roots.</summary>
public sealed partial class DocumentedCodesTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(RepositoryRoot(), "docs", "verdicts.md"));
    private static readonly string[] VerifyPage = File.ReadAllLines(Path.Combine(RepositoryRoot(), "docs", "verify.md"));

    [Fact]
    public void Every_verdict_code_is_documented_in_the_order_of_the_checks() =>
        CodesOf("## Verdict codes").Should().Equal(VerdictCodes.All.Select(static c => c.Code));

    [Fact]
    public void Every_run_problem_code_is_documented_once() =>
        CodesOf("## Run problem codes").Should().BeEquivalentTo(ConstantsOf(typeof(RunProblemCodes)));

    [Fact]
    public void Every_verdict_constant_has_its_entry_in_the_table_of_the_code() =>
        VerdictCodes.All.Select(static c => c.Code).Should().BeEquivalentTo(ConstantsOf(typeof(VerdictCodes)));

    [Fact]
    public void Every_code_of_an_update_of_trusted_roots_is_documented_once() =>
        CodesOf("## Trusted roots", VerifyPage).Should().BeEquivalentTo(ConstantsOf(typeof(TufException)));

    private static List<string> CodesOf(string heading) => CodesOf(heading, Page);

    private static List<string> CodesOf(string heading, string[] page)
    {
        var rows = page
            .SkipWhile(line => line != heading)
            .Skip(1)
            .TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Select(static line => Row().Match(line))
            .Where(static match => match.Success)
            .Select(static match => match.Groups[1].Value)
            .ToList();
        rows.Should().NotBeEmpty($"the page has a section \"{heading}\" with a table");
        return rows;
    }

    private static IEnumerable<string> ConstantsOf(Type type) => type
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(static field => field is { IsLiteral: true, FieldType: var fieldType } && fieldType == typeof(string))
        .Select(static field => (string)field.GetRawConstantValue()!);

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Provenance.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Provenance.sln.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^\| `([A-Z0-9_]+)` \|")]
    private static partial Regex Row();
}
