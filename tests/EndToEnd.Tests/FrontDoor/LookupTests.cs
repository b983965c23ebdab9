using System.Text.Json;
using Provenance.EndToEnd.Tests.Processes;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary><c>provenance lookup</c>.</summary>
public sealed class LookupTests(SampleRuns samples) : IClassFixture<SampleRuns>
{
    private const string Model = "sha256:9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4";
    private const string DataSet = "sha256:b277fd623676a525c29b9eb155afc8c9010681814ceafb2d7627f47b9a232576";
    private const string PackagedImage = "sha256:ff5d6d5fa371a2c078cc602ed418865736f6ec4669324c872392c7dd9d629920";

    [Fact]
    public async Task A_model_leads_to_the_data_it_was_made_from_and_to_the_image_made_from_it()
    {
        var model = await LookUpAsync(Model);
        var training = model.GetProperty("madeBy").EnumerateArray().Single(static a => RunOf(a) == "PipelineRun ml/train-sentiment-h3j2k");
        Digests(training, "dependencies").Should().Contain(DataSet);
        var packaging = model.GetProperty("usedBy").EnumerateArray().Should().ContainSingle().Which;
        RunOf(packaging).Should().Be("TaskRun ml/package-sentiment-m4n5b");
        Digests(packaging, "subjects").Should().Equal(PackagedImage);
    }

    [Fact]
    public async Task An_image_leads_back_to_the_model_and_a_data_set_forward_to_it()
    {
        Digests((await LookUpAsync(PackagedImage)).GetProperty("madeBy")[0], "dependencies").Should().Contain(Model);
        var used = (await LookUpAsync(DataSet)).GetProperty("usedBy").EnumerateArray().ToList();
        used.SelectMany(static a => Digests(a, "subjects")).Should().Contain(Model);
    }

    [Fact]
    public async Task A_commit_leads_to_what_was_built_from_it() =>
        (await LookUpAsync("sha1:a43a951810a9023e9232480036cede8219bef278")).GetProperty("usedBy").EnumerateArray().Select(RunOf).Should().Equal("TaskRun shop/build-shop-api-7x2k4");

    [Fact]
    public async Task A_by_product_leads_to_the_run_in_which_it_came_up() =>
        (await LookUpAsync("sha256:5c29f7d1112d50c67686ba3074fca6d902da11b62b415a3f5bc29630270a29ad")).GetProperty("madeOnTheWayBy").EnumerateArray().Select(RunOf).Should().Equal("TaskRun tools/release-cli-q9w8e");

    [Fact]
    public async Task Every_attestation_says_that_our_key_verified_it()
    {
        var attestation = (await LookUpAsync(Model)).GetProperty("madeBy")[0];
        attestation.GetProperty("verifiedBy").GetString().Should().MatchRegex("^[0-9a-f]{64}$");
        samples.First.Error.Should().Contain("signing     key sha256:" + attestation.GetProperty("verifiedBy").GetString());
    }

    [Fact]
    public async Task Hexadecimal_digits_alone_are_a_sha256()
    {
        using var data = samples.Copy();
        (await Executable.RunAsync("lookup", Model["sha256:".Length..], "--data", data.Path, "-o", "json")).ShouldEndWith(0).Json.GetProperty("digest").GetString().Should().Be(Model);
    }

    [Fact]
    public async Task A_person_reads_the_same_as_text()
    {
        using var data = samples.Copy();
        var result = (await Executable.RunAsync("lookup", Model, "--data", data.Path)).ShouldEndWith(0);
        result.Output.Should().ContainAll(Model, DataSet, PackagedImage, "TaskRun ml/package-sentiment-m4n5b", "verified, key sha256:");
    }

    [Fact]
    public async Task A_digest_that_nobody_knows_ends_with_4()
    {
        using var data = samples.Copy();
        var result = (await Executable.RunAsync("lookup", "sha256:" + new string('0', 64), "--data", data.Path, "-o", "json")).ShouldEndWith(4);
        result.Json.GetProperty("isKnown").GetBoolean().Should().BeFalse();
    }

    [Theory]
    [InlineData("sha256:abc")]
    [InlineData("latest")]
    [InlineData("sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_digest_is_refused(string text)
    {
        using var data = samples.Copy();
        (await Executable.RunAsync("lookup", text, "--data", data.Path)).ShouldBeRefused(text, "algorithm:hex");
    }

    [Fact]
    public async Task A_folder_without_a_store_is_refused()
    {
        using var data = samples.Copy();
        (await Executable.RunAsync("lookup", Model, "--data", data["nothing-here"])).ShouldBeRefused("nothing-here", "--data");
    }

    private static string RunOf(JsonElement attestation) => attestation.GetProperty("run").GetProperty("name").GetString()!;

    private static IEnumerable<string> Digests(JsonElement attestation, string list) =>
        attestation.GetProperty(list).EnumerateArray().Select(static a => a.GetProperty("digest").GetString()!);

    private async Task<JsonElement> LookUpAsync(string digest)
    {
        using var data = samples.Copy();
        return (await Executable.RunAsync("lookup", digest, "--data", data.Path, "--output", "json")).ShouldEndWith(0).Json;
    }
}
