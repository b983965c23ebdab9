using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Testing;
using Provenance.Watcher.Delivering;

namespace Provenance.Watcher.Tests.Delivering;

public sealed class AttestedRunsTests : IDisposable
{
    private static readonly Digest Digest = Digest.Of("content"u8);

    private readonly TemporaryFolder folder = new();

    private string File => folder["attested.jsonl"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Find_remembers_over_a_restart_wherever_our_own_registry_is_by_then()
    {
        using (var runs = AttestedRuns.Open(File, "profile", "127.0.0.1:1111"))
        {
            runs.Remember("run", Attested("127.0.0.1:1111/app", "registry.example.com/app"));
        }

        using var again = AttestedRuns.Open(File, "profile", "127.0.0.1:2222");
        var report = again.Find(Report("run"))!;
        report.Outcome.Should().Be(DeliveryOutcome.AlreadyAttested);
        report.Subjects.Select(static s => s.Attestation!.ToString()).Should().Equal($"127.0.0.1:2222/app@{Digest}", $"registry.example.com/app@{Digest}");
        again.Find(Report("another")).Should().BeNull();
    }

    [Fact]
    public void Find_knows_nothing_of_what_another_key_or_builder_attested()
    {
        using (var runs = AttestedRuns.Open(File, "profile", null))
        {
            runs.Remember("run", Attested("registry.example.com/app"));
        }

        using var other = AttestedRuns.Open(File, "another", null);
        other.Find(Report("run")).Should().BeNull();
    }

    [Fact]
    public void Open_cuts_off_a_line_that_was_torn_at_any_byte_and_keeps_those_before_it()
    {
        using (var runs = AttestedRuns.Open(File, "profile", null))
        {
            runs.Remember("one", Attested("registry.example.com/app"));
            runs.Remember("two", Attested("registry.example.com/app"));
        }

        byte[] whole = System.IO.File.ReadAllBytes(File);
        int first = Array.IndexOf(whole, (byte)'\n') + 1;
        for (int length = first; length < whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);
            using (var torn = AttestedRuns.Open(File, "profile", null))
            {
                torn.Find(Report("one")).Should().NotBeNull();
                torn.Find(Report("two")).Should().BeNull();
                torn.Remember("three", Attested("registry.example.com/app"));
            }

            using var again = AttestedRuns.Open(File, "profile", null);
            again.Find(Report("one")).Should().NotBeNull();
            again.Find(Report("three")).Should().NotBeNull();
        }
    }

    [Fact]
    public void Open_ignores_everything_from_the_first_line_that_is_no_record()
    {
        System.IO.File.WriteAllText(File, "{\"run\": 5}\n{}\nnonsense\n");
        using var runs = AttestedRuns.Open(File, "profile", null);
        runs.Find(Report("run")).Should().BeNull();
        runs.Remember("run", Attested("registry.example.com/app"));
        runs.Find(Report("run")).Should().NotBeNull();
    }

    private static DeliveryReport Report(string key) =>
        new() { Run = key, Key = key, RunOutcome = new RunOutcome(RunState.Succeeded, ""), Outcome = DeliveryOutcome.NotAttested };

    private static AttestedRun Attested(params string[] repositories) => new()
    {
        Statement = Digest,
        Bundle = "bundle"u8.ToArray(),
        BundleDigest = Digest,
        AlreadyAttested = false,
        Subjects = [.. repositories.Select(static r => new AttestedSubject { Name = "app", Digest = Digest, Attestation = Reference.Parse(r).At(Digest) })],
    };
}
