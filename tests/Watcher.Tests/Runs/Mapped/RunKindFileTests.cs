using System.Text;
using Provenance.Testing;
using Provenance.Watcher.Runs.Mapped;

namespace Provenance.Watcher.Tests.Runs.Mapped;

public sealed class RunKindFileTests
{
    [Fact]
    public void A_complete_file_is_loaded()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["ray.yaml"], MappedYaml.RayJob);
        var kind = RunKindFile.Load(folder["ray.yaml"]).Should().ContainSingle().Which;
        kind.Platform.Should().Be("ray");
        kind.Companions.Should().ContainSingle().Which.Plural.Should().Be("pods");
        kind.Resources.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Group = "ray.io", Versions = new[] { "v1", "v1alpha1" }, Plural = "rayjobs", Kind = "RayJob", LabelSelector = "team=ml" });
    }

    [Fact]
    public void A_file_may_hold_several_mappings() =>
        Load(MappedYaml.RayJob + "---\n" + MappedYaml.RayJob.Replace("name: ray", "name: other", StringComparison.Ordinal)).Should().HaveCount(2);

    [Fact]
    public void One_error_lists_everything_that_is_wrong_with_its_line()
    {
        var load = () => Load("""
            apiVersion: provenance.dev/v2
            kind: RunKind
            metadata: {name: Ray Jobs, labels: {}}
            spec:
              group: ray.io
              versions: [1]
              plural: rayjobs
              kind: RayJob
              done:
                succeeded: []
                failed: [Failed, Complete=Maybe]
              endTimePath: status..endTime
              outputsPaths: status.artifacts
              images: {podOwner: "true"}
              ttl: 5
              kind: Other
            """);
        load.Should().Throw<RunKindFileException>().Which.Problems.Should().Equal(
            "ray.yaml:1: apiVersion \"provenance.dev/v2\" is no version that is read; write provenance.dev/v1alpha1.",
            "ray.yaml:3: metadata.name \"Ray Jobs\" is no name of lower-case letters, digits and -.",
            "ray.yaml:3: metadata.labels is unknown. Check the spelling and the indentation.",
            "ray.yaml:6: spec.versions must be text; write \"1\" in quotes.",
            "ray.yaml:10: spec.done.succeeded must be a list with an entry.",
            "ray.yaml:11: spec.done.failed \"Complete=Maybe\" is no condition; write Type or Type=False.",
            "ray.yaml:12: spec.endTimePath must be a path such as status.outputs[*].record: at most 16 names of letters, digits, - and _, with dots between them.",
            "ray.yaml:13: spec.outputsPaths must be a list with an entry.",
            "ray.yaml:14: spec.images.podOwner must be true or false.",
            "ray.yaml:15: spec.ttl is unknown. Check the spelling and the indentation.",
            "ray.yaml:16: the field \"kind\" stands here twice.");
    }

    [Theory]
    [InlineData("", "the file holds no mapping")]
    [InlineData("just text", "a document must have fields")]
    [InlineData("a: [", "not valid YAML")]
    [InlineData("kind: &a RunKind", "anchors and aliases are refused")]
    [InlineData("kind: *a", "not valid YAML|anchors and aliases are refused")]
    [InlineData("kind: !!str RunKind", "tags are refused")]
    [InlineData("<<: {}", "merge keys are refused")]
    [InlineData("a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: 1}}}}}}}}}}}}", "nested more than 12 levels")]
    [InlineData("spec: {images: {podOwner: false}}", "without a place for records there is never anything to attest")]
    [InlineData("spec: {done: {succeeded: [Done], failed: [Done]}}", "cannot mean both success and failure")]
    public void What_could_be_read_in_two_ways_is_refused(string text, string expected)
    {
        var load = () => Load(text);
        load.Should().Throw<RunKindFileException>().Which.Message.Should().MatchRegex(expected);
    }

    [Fact]
    public void Files_that_are_no_text_or_too_large_or_not_there_are_refused()
    {
        var notText = () => RunKindFile.Parse([0xff, 0xfe], "x.yaml");
        notText.Should().Throw<RunKindFileException>().WithMessage("x.yaml: the file is not valid UTF-8.");
        var large = () => RunKindFile.Parse(new byte[65537], "x.yaml");
        large.Should().Throw<RunKindFileException>().WithMessage("*more than 65536 bytes*");
        var missing = () => RunKindFile.Load("/nowhere/x.yaml");
        missing.Should().Throw<RunKindFileException>().WithMessage("/nowhere/x.yaml: the file cannot be read*");
    }

    [Fact]
    public void Two_mappings_of_one_name_are_refused()
    {
        var load = () => Load(MappedYaml.RayJob + "---\n" + MappedYaml.RayJob);
        load.Should().Throw<RunKindFileException>().WithMessage("*two mappings are called \"ray\"*");
    }

    [Theory]
    [InlineData("status.outputs[*].record", true)]
    [InlineData("status", true)]
    [InlineData("", false)]
    [InlineData(".status", false)]
    [InlineData("status.[*]", false)]
    [InlineData("status.outputs[0]", false)]
    [InlineData("status.outputs[*][*]", false)]
    [InlineData("$.status", false)]
    [InlineData("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", false)]
    public void A_path_is_names_with_dots_and_nothing_else(string text, bool valid) => FieldPath.TryParse(text, out _).Should().Be(valid);

    private static IReadOnlyList<Watcher.Runs.IRunKind> Load(string text) => RunKindFile.Parse(Encoding.UTF8.GetBytes(text), "ray.yaml");
}
