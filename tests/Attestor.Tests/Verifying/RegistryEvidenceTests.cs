using System.Text;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Verifying;
using static Provenance.Attestor.Tests.Verifying.Forgery;

namespace Provenance.Attestor.Tests.Verifying;

public sealed class RegistryEvidenceTests
{
    private const string EnvelopeType = "application/vnd.dsse.envelope.v1+json";

    private readonly MemoryRepository repository = new();

    [Fact]
    public async Task Verify_finds_a_good_candidate_among_broken_and_foreign_ones()
    {
        repository.AddReferrer(Bundle(Statement(), Stranger));
        repository.AddReferrer("broken"u8.ToArray());
        repository.AddReferrer("application/spdx+json", Bundle(Statement()));
        repository.AddReferrer(Bundle(Statement()), Bundle(Statement(), Stranger));
        repository.AddReferrer();
        var good = repository.AddReferrer(Bundle(Statement()));

        var verdict = await VerifyAsync();

        verdict.ShouldPass();
        verdict.Accepted!.Source.Should().Be($"registry.example.com/release/app@{good}");
        verdict.Candidates.Select(static c => c.Code).Should().BeEquivalentTo(
        [
            VerdictCodes.Verified, VerdictCodes.SignerUntrusted, VerdictCodes.JsonInvalid, VerdictCodes.NotEvidence, VerdictCodes.NotEvidence, VerdictCodes.NotEvidence,
        ]);
    }

    [Fact]
    public async Task Verify_reads_the_older_tag_even_where_a_stranger_left_a_referrer()
    {
        repository.AddReferrer(Bundle(Statement(), Stranger));
        repository.AddTag($"sha256-{Subject.Hex}.att", EnvelopeType, "broken"u8.ToArray(), EnvelopeBy(Signer));

        (await VerifyAsync()).ShouldPass();
    }

    [Fact]
    public async Task Verify_finds_no_evidence_in_referrers_that_are_no_attestations()
    {
        repository.AddReferrer("application/spdx+json", Encoding.UTF8.GetBytes("{}"));

        (await VerifyAsync()).ShouldFail(VerdictCodes.NoEvidence);
    }

    [Theory]
    [InlineData("UNAVAILABLE", VerdictCodes.FetchFailed)]
    [InlineData("TOOMANYREQUESTS", VerdictCodes.FetchFailed)]
    [InlineData("UNAUTHORIZED", VerdictCodes.FetchUnauthorized)]
    [InlineData("DENIED", VerdictCodes.FetchUnauthorized)]
    [InlineData("DIGEST_LIE", VerdictCodes.DigestLie)]
    public async Task Verify_ends_in_an_error_where_the_registry_does_not_answer(string registryCode, string code)
    {
        repository.AddReferrer(Bundle(Statement()));
        foreach (string step in new[] { "referrers", "manifest", "blob" })
        {
            repository.Before = asked =>
            {
                if (asked.StartsWith(step, StringComparison.Ordinal))
                {
                    throw new RegistryException(registryCode, "The registry is odd.");
                }
            };

            (await VerifyAsync()).ShouldBeError(code);
        }
    }

    [Fact]
    public async Task Verify_passes_on_what_it_could_see_although_another_place_did_not_answer()
    {
        repository.AddReferrer(Bundle(Statement()));
        repository.Before = asked =>
        {
            if (asked is "resolve")
            {
                throw new RegistryException("UNAVAILABLE", "The registry is away.", isTransient: true);
            }
        };

        (await VerifyAsync()).ShouldPass();
    }

    [Fact]
    public async Task Verify_never_calls_a_failure_what_it_could_not_see_whole()
    {
        repository.AddReferrer(Bundle(Statement(), Stranger));
        repository.Before = asked =>
        {
            if (asked is "resolve")
            {
                throw new RegistryException("UNAVAILABLE", "The registry is away.", isTransient: true);
            }
        };

        (await VerifyAsync()).ShouldBeError(VerdictCodes.FetchFailed);
    }

    [Fact]
    public async Task Verify_ends_in_an_error_where_strangers_hide_evidence_behind_the_limit()
    {
        for (int i = 0; i <= RegistryEvidence.MaximumCandidates; i++)
        {
            repository.AddReferrer(Encoding.UTF8.GetBytes($"flood {i}"));
        }

        var verdict = await VerifyAsync();

        verdict.ShouldBeError(VerdictCodes.EvidenceLimit);
        verdict.Candidates.Should().HaveCount(RegistryEvidence.MaximumCandidates + 1);
    }

    [Fact]
    public async Task Verify_passes_on_a_good_candidate_within_the_limit()
    {
        var good = repository.AddReferrer(Bundle(Statement()));
        repository.Referrers[0] = repository.Referrers[0] with { ArtifactType = "application/vnd.dev.sigstore.bundle.v0.3+json" };
        for (int i = 0; i <= RegistryEvidence.MaximumCandidates; i++)
        {
            repository.AddReferrer(Encoding.UTF8.GetBytes($"flood {i}"));
        }

        var verdict = await VerifyAsync();

        verdict.ShouldPass();
        verdict.Accepted!.Source.Should().EndWith(good.ToString());
    }

    [Fact]
    public async Task Verify_reports_a_listed_attestation_that_the_registry_does_not_have()
    {
        repository.AddReferrer(Bundle(Statement()));
        repository.RemoveBlobs();

        (await VerifyAsync()).ShouldFail(VerdictCodes.EvidenceMissing);
    }

    [Fact]
    public async Task Verify_ends_in_an_error_when_its_time_is_up_and_passes_cancellation_on()
    {
        repository.AddReferrer(Bundle(Statement()));
        var request = Request() with { Evidence = [new RegistryEvidence(repository)], TimeLimit = TimeSpan.Zero };

        (await Forgery.VerifyAsync(request)).ShouldBeError(VerdictCodes.FetchTimeout);

        var cancelled = () => new VerifyArtifactHandler(TimeProvider.System).Handle(request, new CancellationToken(canceled: true));
        await cancelled.Should().ThrowAsync<OperationCanceledException>();
    }

    private Task<Verdict> VerifyAsync() => Forgery.VerifyAsync(Request() with { Evidence = [new RegistryEvidence(repository)] });
}
