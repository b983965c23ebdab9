using System.Text;
using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Tests.Attesting;

namespace Provenance.Attestor.Tests.Slsa;

public sealed class RunStatementTests
{
    private static readonly CompletedRun Run = TestRun.Of(
        TestRun.Artifact("source", "git+https://git.example.com/app.git@refs/heads/main", 'b', ArtifactRole.Input),
        TestRun.Subject("oci://registry.example.com/app"),
        TestRun.Artifact("report", "https://example.com/report.xml", 'c', ArtifactRole.Output));

    [Fact]
    public void Write_gives_the_same_bytes_every_time() => Bytes(Run).Should().Equal(Bytes(Run));

    [Fact]
    public void Write_does_not_depend_on_the_order_of_parameters_or_of_members_within_them()
    {
        var shuffled = Run with { Parameters = [new NamedValue("args", TestRun.Json("[1, {\"a\": 1, \"b\": 2}]")), Run.Parameters[0]] };
        Bytes(shuffled).Should().Equal(Bytes(Run));
    }

    [Fact]
    public void Write_names_subjects_by_repository_and_digest_only()
    {
        var subject = Write(Run).GetProperty("subject").EnumerateArray().Should().ContainSingle().Which;
        subject.GetRawText().Should().Be($$$"""{"name":"registry.example.com/app","digest":{"sha256":"{{{TestRun.Hex('a')}}}"}}""");
    }

    [Fact]
    public void Write_puts_inputs_among_the_dependencies_and_other_outputs_among_the_byproducts()
    {
        var predicate = Write(Run).GetProperty("predicate");
        var dependency = predicate.GetProperty("buildDefinition").GetProperty("resolvedDependencies").EnumerateArray().Should().ContainSingle().Which;
        dependency.GetProperty("name").GetString().Should().Be("inputs/source");
        dependency.GetProperty("annotations").GetProperty("observedBy").GetString().Should().Be("tenant");
        var byproduct = predicate.GetProperty("runDetails").GetProperty("byproducts").EnumerateArray().Should().ContainSingle().Which;
        byproduct.GetProperty("name").GetString().Should().Be("outputs/report");
    }

    [Fact]
    public void Write_carries_every_choice_of_the_creator_in_the_external_parameters()
    {
        var run = Run with { Settings = [new NamedValue("serviceAccountName", TestRun.Json("\"builder\""))] };
        var external = Write(run).GetProperty("predicate").GetProperty("buildDefinition").GetProperty("externalParameters");
        external.EnumerateObject().Select(static p => p.Name).Should().Equal("definition", "parameters", "settings");
        external.GetProperty("parameters").GetProperty("image").GetString().Should().Be("registry.example.com/app");
        external.GetProperty("settings").GetProperty("serviceAccountName").GetString().Should().Be("builder");
        external.GetProperty("definition").GetProperty("digest").GetProperty("sha256").GetString().Should().Be(TestRun.Hex('d'));
    }

    [Fact]
    public void Write_says_who_built_which_run_and_when()
    {
        var details = Write(Run).GetProperty("predicate").GetProperty("runDetails");
        details.GetProperty("builder").GetProperty("id").GetString().Should().Be(TestRun.BuilderId);
        details.GetProperty("metadata").GetRawText().Should().Be(
            """{"invocationId":"apis/tekton.dev/v1/namespaces/ns/taskruns/build-1@11111111-2222-4333-8444-555555555555","startedOn":"2026-11-18T09:00:00Z","finishedOn":"2026-11-18T09:05:00Z"}""");
    }

    [Fact]
    public void Write_says_that_a_run_failed_and_with_which_exit_codes()
    {
        var run = Run with { Outcome = new RunOutcome(RunState.Failed, "Failed") { ExitCodes = [new("scan", 1)] } };
        var told = Write(run).GetProperty("predicate").GetProperty("buildDefinition").GetProperty("internalParameters").GetProperty("run");
        told.GetProperty("outcome").GetString().Should().Be("failed");
        told.GetProperty("exitCodes").GetRawText().Should().Be("""{"scan":1}""");
    }

    [Fact]
    public void Write_says_which_children_it_did_not_see()
    {
        var run = Run with { MissingChildren = ["CustomRun approve"] };
        Write(run).GetProperty("predicate").GetProperty("buildDefinition").GetProperty("internalParameters")
            .GetProperty("missingChildren").GetRawText().Should().Be("""["CustomRun approve"]""");
    }

    [Fact]
    public void Write_says_who_saw_the_subjects_by_the_least_trusted_of_them()
    {
        var observed = TestRun.Subject("oci://registry.example.com/other", 'e') with { ObservedBy = Observer.Injector };
        var run = Run with { Artifacts = [.. Run.Artifacts, observed] };
        Observed(run).Should().Be("tenant");
        Observed(Run with { Artifacts = [observed] }).Should().Be("injector");

        static string? Observed(CompletedRun run) =>
            Write(run).GetProperty("predicate").GetProperty("buildDefinition").GetProperty("internalParameters").GetProperty("subjectsObservedBy").GetString();
    }

    [Fact]
    public void Write_refuses_a_statement_about_nothing()
    {
        var write = () => Bytes(Run with { Artifacts = [] });
        write.Should().Throw<ArgumentException>().WithMessage("*1 to 1024 subjects*");
    }

    [Fact]
    public void Subjects_counts_an_artifact_that_was_recorded_twice_once() =>
        RunStatement.Subjects(TestRun.Of(TestRun.Subject("oci://registry.example.com/app:1"), TestRun.Subject("oci://registry.example.com/app:2"))).Should().ContainSingle();

    [Fact]
    public void Write_is_read_back_by_the_strict_reader()
    {
        var statement = StatementReader.Read(Bytes(Run));
        statement.PredicateType.Should().Be(ProvenancePredicate.Type);
        statement.Subjects.Should().ContainSingle().Which.Digest!.ContentDigest!.Hex.Should().Be(TestRun.Hex('a'));
    }

    [Fact]
    public void CanonicalJson_sorts_members_at_every_depth_and_keeps_numbers_as_they_were() =>
        Encoding.UTF8.GetString(CanonicalJson.Of(TestRun.Json("""{"b": [ {"z": 1.10, "a": null} ], "a": "ü\u0022"}""")))
            .Should().Be("""{"a":"ü\"","b":[{"a":null,"z":1.10}]}""");

    private static byte[] Bytes(CompletedRun run) => RunStatement.Write(run, RunStatement.Subjects(run), TestRun.BuilderId);

    private static JsonElement Write(CompletedRun run) => JsonDocument.Parse(Bytes(run)).RootElement;
}
