using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying;

internal static class VerdictAssertions
{
    public static void ShouldPass(this Verdict verdict)
    {
        verdict.Code.Should().Be(VerdictCodes.Verified, verdict.Message);
        verdict.Outcome.Should().Be(VerdictOutcome.Pass);
        verdict.Accepted!.Outcome.Should().Be(VerdictOutcome.Pass);
        VerdictExitCode.Of(verdict).Should().Be(0);
    }

    public static void ShouldFail(this Verdict verdict, string code)
    {
        verdict.Code.Should().Be(code, verdict.Message);
        verdict.Outcome.Should().Be(VerdictOutcome.Fail);
        verdict.Accepted.Should().BeNull();
        verdict.Hint.Should().NotBeNullOrEmpty();
        VerdictExitCode.Of(verdict).Should().Be(code is VerdictCodes.NoEvidence ? 4 : 1);
    }

    public static void ShouldBeError(this Verdict verdict, string code)
    {
        verdict.Code.Should().Be(code, verdict.Message);
        verdict.Outcome.Should().Be(VerdictOutcome.Error);
        verdict.Accepted.Should().BeNull();
        VerdictExitCode.Of(verdict).Should().Be(3);
    }
}
