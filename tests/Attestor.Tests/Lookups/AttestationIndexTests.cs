using System.Security.Cryptography;
using Provenance.Attestor.Lookups;
using Provenance.Attestor.Signing;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Lookups;

public sealed class AttestationIndexTests : IDisposable
{
    private const string Data = "sha256:data";
    private const string Model = "sha256:model";
    private const string Image = "sha256:image";

    private readonly TemporaryFolder folder = new();

    private static TrustedSigners Nobody => new([]);

    private string File => folder["index.db"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Find_follows_the_lineage_in_both_directions()
    {
        using var index = AttestationIndex.Open(File, Nobody);
        index.Add(Attestation("b1", subject: Model, dependency: Data));
        index.Add(Attestation("b2", subject: Image, dependency: Model));
        index.FindBySubject(Model, 10).Should().ContainSingle().Which.Dependencies.Should().ContainSingle().Which.Digest.Should().Be(Data);
        index.FindByDependency(Model, 10).Should().ContainSingle().Which.Subjects.Should().ContainSingle().Which.Digest.Should().Be(Image);
        index.FindByByproduct("sha256:report-b2", 10).Should().ContainSingle().Which.Bundle.Should().Be("b2");
        index.FindBySubject(Data, 10).Should().BeEmpty();
    }

    [Fact]
    public void Add_keeps_one_attestation_that_is_stored_in_two_places()
    {
        using var index = AttestationIndex.Open(File, Nobody);
        index.Add(Attestation("b1", Model, Data) with { References = ["one@sha256:1"] });
        index.Add(Attestation("b1", Model, Data) with { References = ["two@sha256:2"] });
        index.FindBySubject(Model, 10).Should().ContainSingle().Which.References.Should().Equal("one@sha256:1", "two@sha256:2");
    }

    [Fact]
    public void Find_gives_back_what_was_added()
    {
        var added = Attestation("b1", Model, Data);
        using var index = AttestationIndex.Open(File, Nobody);
        index.Add(added);
        index.FindBySubject(Model, 10).Should().ContainSingle().Which.Should().BeEquivalentTo(added);
    }

    [Fact]
    public void Find_reads_text_as_text_whatever_it_says()
    {
        using var index = AttestationIndex.Open(File, Nobody);
        index.Add(Attestation("b1", "sha256:x' OR '1'='1", Data));
        index.FindBySubject("' OR '1'='1", 10).Should().BeEmpty();
        index.FindBySubject("sha256:x' OR '1'='1", 10).Should().ContainSingle();
    }

    [Fact]
    public void Open_trusts_an_index_that_was_closed()
    {
        using (var index = AttestationIndex.Open(File, Nobody))
        {
            index.IsComplete.Should().BeFalse();
            index.Add(Attestation("b1", Model, Data));
        }

        using var again = AttestationIndex.Open(File, Nobody);
        again.IsComplete.Should().BeTrue();
        again.FindBySubject(Model, 10).Should().ContainSingle();
    }

    [Fact]
    public void Open_starts_anew_after_a_crash()
    {
        using (AttestationIndex.Open(File, Nobody))
        {
        }

        using var index = AttestationIndex.Open(File, Nobody);
        index.Add(Attestation("b1", Model, Data));
        foreach (string part in (string[])["", "-wal", "-shm"])
        {
            if (System.IO.File.Exists(File + part))
            {
                System.IO.File.Copy(File + part, folder["copy.db"] + part);
            }
        }

        using var crashed = AttestationIndex.Open(folder["copy.db"], Nobody);
        crashed.IsComplete.Should().BeFalse();
        crashed.FindBySubject(Model, 10).Should().BeEmpty();
    }

    [Fact]
    public void Open_starts_anew_where_the_file_is_no_index()
    {
        System.IO.File.WriteAllText(File, "this is no database, and long enough to be looked at as one. " + new string('x', 4096));
        using var index = AttestationIndex.Open(File, Nobody);
        index.IsComplete.Should().BeFalse();
        index.Add(Attestation("b1", Model, Data));
        index.FindBySubject(Model, 10).Should().ContainSingle();
    }

    [Fact]
    public void Open_starts_anew_where_other_keys_are_trusted_now()
    {
        using var one = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var two = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (first, second) = (VerificationKey.From(one), VerificationKey.From(two));
        using (var index = AttestationIndex.Open(File, new TrustedSigners([first, second])))
        {
            index.Add(Attestation("b1", Model, Data) with { VerifiedBy = first.Fingerprint });
        }

        using (var same = AttestationIndex.Open(File, new TrustedSigners([second, first])))
        {
            same.IsComplete.Should().BeTrue();
        }

        using var withdrawn = AttestationIndex.Open(File, new TrustedSigners([second]));
        withdrawn.IsComplete.Should().BeFalse();
        withdrawn.FindBySubject(Model, 10).Should().BeEmpty();
    }

    [Fact]
    public void Find_does_not_let_unverified_attestations_crowd_out_the_verified_one()
    {
        using var index = AttestationIndex.Open(File, Nobody);
        for (int i = 0; i < 20; i++)
        {
            index.Add(Attestation($"strange{i}", Model, Data) with { VerifiedBy = null });
        }

        index.Add(Attestation("ours", Model, Data));
        index.FindBySubject(Model, 10).Should().HaveCount(10).And.Subject.First().Bundle.Should().Be("ours");
        index.FindByDependency(Data, 10)[0].Bundle.Should().Be("ours");
    }

    private static IndexedAttestation Attestation(string bundle, string subject, string dependency) => new()
    {
        Bundle = bundle,
        PredicateType = "https://slsa.dev/provenance/v1",
        VerifiedBy = "abc",
        IsVerified = true,
        References = [$"repo@sha256:{bundle}"],
        Run = new IndexedRun { InvocationId = "run-" + bundle, Name = "TaskRun ns/" + bundle, Builder = "https://b.example.com", BuildType = "https://t.example.com", Outcome = "succeeded", StartedOn = "2026-01-01T00:00:00Z", FinishedOn = "2026-01-01T00:01:00Z" },
        Subjects = [new("subject", null, subject)],
        Dependencies = [new("inputs/x", "https://example.com/x", dependency)],
        Byproducts = [new("outputs/report", "https://example.com/r", "sha256:report-" + bundle)],
    };
}
