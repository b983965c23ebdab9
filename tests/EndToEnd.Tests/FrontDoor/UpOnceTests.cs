using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.FrontDoor;

/// <summary><c>provenance up RUNS --once</c> over the sample runs.</summary>
public sealed class UpOnceTests(SampleRuns samples) : IClassFixture<SampleRuns>
{
    private static readonly string[] Attested = ["attested"];

    [Fact]
    public void The_first_start_says_of_every_run_what_became_of_it()
    {
        samples.First.ShouldEndWith(0);
        samples.First.JsonLines.ToDictionary(static l => l.GetProperty("run").GetString()!, static l => Describe(l)).Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["TaskRun shop/build-shop-api-7x2k4"] = "succeeded attested 1",
            ["TaskRun tools/release-cli-q9w8e"] = "succeeded attested 3",
            ["PipelineRun shop/shop-web-build-r5t6y"] = "succeeded attested 1",
            ["TaskRun shop/shop-web-build-r5t6y-git-clone"] = "succeeded not-attested 0 NO_SUBJECT",
            ["TaskRun shop/shop-web-build-r5t6y-kaniko"] = "succeeded attested 1",
            ["PipelineRun ml/train-sentiment-h3j2k"] = "succeeded attested 1",
            ["TaskRun ml/train-sentiment-h3j2k-prepare"] = "succeeded not-attested 0 NO_SUBJECT",
            ["TaskRun ml/train-sentiment-h3j2k-train"] = "succeeded attested 1",
            ["TaskRun ml/train-sentiment-h3j2k-evaluate"] = "succeeded not-attested 0 NO_SUBJECT",
            ["TaskRun ml/package-sentiment-m4n5b"] = "succeeded attested 1",
            ["TaskRun payments/build-payments-z1x2c"] = "failed not-attested 0 NOT_SUCCEEDED",
            ["TaskRun search/build-search-c3v4b"] = "succeeded not-attested 0 ARTIFACT_DIGEST ARTIFACT_DIGEST NO_SUBJECT",
            ["TaskRun shop/unit-tests-b5n6m"] = "succeeded not-attested 0 HINT_IGNORED NO_SUBJECT",
            ["TaskRun mobile/build-mobile-k7l8p"] = "notDone not-attested 0 NOT_DONE",
        });
    }

    [Fact]
    public void Every_subject_and_attestation_of_the_output_is_a_full_reference()
    {
        foreach (var run in samples.First.JsonLines.Where(static l => l.GetProperty("outcome").GetString() == "attested"))
        {
            foreach (var subject in run.GetProperty("subjects").EnumerateArray())
            {
                subject.GetProperty("name").GetString().Should().NotBeNullOrEmpty();
                Digest.TryParse(subject.GetProperty("digest").GetString(), out _).Should().BeTrue();
                Reference.Parse(subject.GetProperty("attestation").GetString()!).Digest.Should().NotBeNull();
            }

            var attestation = run.GetProperty("attestation");
            string reference = run.GetProperty("subjects")[0].GetProperty("attestation").GetString()!;
            attestation.GetProperty("reference").GetString().Should().Be(reference);
            attestation.GetProperty("digest").GetString().Should().Be(Reference.Parse(reference).Digest!.ToString());
            Digest.TryParse(attestation.GetProperty("bundle").GetString(), out _).Should().BeTrue();
        }
    }

    [Fact]
    public void Standard_error_tells_a_person_what_was_made_and_that_tampering_is_noticed() =>
        samples.First.Error.Should().ContainAll("new key", "new builder urn:provenance:local:", "14 runs: 7 attested, 0 already attested, 7 not attested", "flipped: refused, SIG_INVALID", "check it yourself");

    [Fact]
    public async Task A_second_start_attests_nothing()
    {
        using var data = samples.Copy();
        var second = await StartAgainAsync(data);
        Outcomes(second).Should().BeEquivalentTo(Outcomes(samples.First).Select(static o => o is "attested" ? "already-attested" : o));
        await ShouldHoldWhatTheFirstStartMadeAsync(data);
        foreach (var run in second.JsonLines.Where(static l => l.GetProperty("outcome").GetString() == "already-attested"))
        {
            Identity(run).Should().Be(Identity(samples[run.GetProperty("run").GetString()!]), "the same attestation is named again");
        }
    }

    [Fact]
    public async Task A_start_without_the_list_of_attested_runs_finds_them_in_the_registry()
    {
        using var data = samples.Copy();
        string list = data["attested.jsonl"];
        string before = await File.ReadAllTextAsync(list);
        File.Delete(list);
        Outcomes(await StartAgainAsync(data)).Should().NotContain(Attested);
        await ShouldHoldWhatTheFirstStartMadeAsync(data);
        (await File.ReadAllLinesAsync(list)).Should().BeEquivalentTo(before.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("this is no database")]
    [InlineData("")]
    public async Task A_lost_or_damaged_index_is_made_again_from_the_store(string? content)
    {
        using var data = samples.Copy();
        File.Delete(data["index.db"]);
        if (content is not null)
        {
            await File.WriteAllTextAsync(data["index.db"], content);
        }

        var subject = samples["TaskRun shop/build-shop-api-7x2k4"].GetProperty("subjects")[0];
        var found = (await Executable.RunAsync("lookup", subject.GetProperty("digest").GetString()!, "--data", data.Path, "-o", "json")).ShouldEndWith(0).Json;
        found.GetProperty("madeBy").EnumerateArray().Should().ContainSingle().Which.GetProperty("run").GetProperty("name").GetString().Should().Be("TaskRun shop/build-shop-api-7x2k4");
    }

    [Fact]
    public async Task A_failed_run_is_attested_on_demand_and_refused_by_verify()
    {
        using var data = samples.Copy();
        var run = (await StartAgainAsync(data, "--attest-unsuccessful")).JsonLines.Single(static l => l.GetProperty("run").GetString() == "TaskRun payments/build-payments-z1x2c");
        Describe(run).Should().Be("failed attested 1");
        string digest = run.GetProperty("subjects")[0].GetProperty("digest").GetString()!;
        string[] verify = ["verify", digest, "--key", data["keys/attestor.pub"], "--data", data.Path, "-o", "json"];
        (await Executable.RunAsync(verify)).ShouldEndWith(1).Json.GetProperty("code").GetString().Should().Be("RUN_NOT_SUCCEEDED");
        (await Executable.RunAsync([.. verify, "--allow-failed-runs"])).ShouldEndWith(0).Json.GetProperty("code").GetString().Should().Be("VERIFIED");
    }

    [Fact]
    public async Task Another_key_or_builder_is_another_attestation()
    {
        using var data = samples.Copy();
        Outcomes(await StartAgainAsync(data, "--builder-id", "https://ci.example.com/provenance/other")).Count(static o => o is "attested").Should().Be(7);
        await using var server = await ServingProcess.StartAsync(data.Path);
        (await samples.CountAttestationsAsync(server)).Should().Be(2 * SampleRuns.Attestations);
    }

    [Fact]
    public async Task A_key_of_the_operators_own_for_once_does_no_harm_to_the_installation()
    {
        using var data = samples.Copy();
        using var keys = new TemporaryFolder();
        (await Executable.RunAsync("key", "generate", "--out", keys["own.key"], "--no-passphrase")).ShouldEndWith(0);
        (await StartAgainAsync(data, "--key", keys["own.key"])).ShouldEndWith(0);
        (await File.ReadAllTextAsync(data["keys/attestor.pub"])).Should().Be(await File.ReadAllTextAsync(keys["own.pub"]));
        (await StartAgainAsync(data)).ShouldEndWith(0);
    }

    [Fact]
    public async Task A_builder_id_that_a_crash_left_empty_is_made_again()
    {
        using var data = samples.Copy();
        string before = await File.ReadAllTextAsync(data["builder-id"]);
        await File.WriteAllTextAsync(data["builder-id"], "");
        Outcomes(await StartAgainAsync(data)).Should().NotContain(Attested);
        (await File.ReadAllTextAsync(data["builder-id"])).Should().Be(before);
    }

    [Fact]
    public async Task What_was_made_on_the_first_start_is_its_owners_alone()
    {
        using var parent = new TemporaryFolder();
        (await Executable.RunAsync("up", "--once", "--port", "0", "--data", parent["data"])).ShouldEndWith(0);
        File.GetUnixFileMode(parent["data"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(parent["data/keys/attestor.key"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static async Task<CommandResult> StartAgainAsync(TemporaryFolder data, params string[] more) =>
        (await Executable.RunAsync(["up", Executable.Samples, "--once", "--output", "json", "--port", "0", "--data", data.Path, .. more])).ShouldEndWith(0);

    private async Task ShouldHoldWhatTheFirstStartMadeAsync(TemporaryFolder data)
    {
        await using var server = await ServingProcess.StartAsync(data.Path);
        (await samples.CountAttestationsAsync(server)).Should().Be(SampleRuns.Attestations);
    }

    private static List<string> Outcomes(CommandResult result) => [.. result.JsonLines.Select(static l => l.GetProperty("outcome").GetString()!)];

    private static string Describe(JsonElement run) => string.Join(
        ' ',
        [
            run.GetProperty("runState").GetString(), run.GetProperty("outcome").GetString(), run.GetProperty("subjects").GetArrayLength(),
            .. run.GetProperty("problems").EnumerateArray().Select(static p => p.GetProperty("code").GetString()),
        ]);

    /// <summary>Everything but the port, which is another one at every start.</summary>
    private static string Identity(JsonElement run) => string.Join(
        ' ',
        [
            run.GetProperty("attestation").GetProperty("bundle").GetString(),
            .. run.GetProperty("subjects").EnumerateArray().Select(static s => $"{s.GetProperty("name")} {s.GetProperty("digest")} {s.GetProperty("attestation").GetString()!.Split('/', 2)[1]}"),
        ]);
}
