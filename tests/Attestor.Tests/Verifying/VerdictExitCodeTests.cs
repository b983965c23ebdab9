using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying;

public sealed class VerdictExitCodeTests
{
    [Theory]
    [InlineData(VerdictOutcome.Pass, VerdictCodes.Verified, 0)]
    [InlineData(VerdictOutcome.Pass, VerdictCodes.VerifiedWithWarnings, 0)]
    [InlineData(VerdictOutcome.Fail, VerdictCodes.SigInvalid, 1)]
    [InlineData(VerdictOutcome.Fail, VerdictCodes.NoPolicy, 1)]
    [InlineData(VerdictOutcome.Fail, VerdictCodes.PolicyInvalid, 2)]
    [InlineData(VerdictOutcome.Error, VerdictCodes.FetchFailed, 3)]
    [InlineData(VerdictOutcome.Fail, VerdictCodes.NoEvidence, 4)]
    public void Of_tells_the_outcomes_apart(VerdictOutcome outcome, string code, int exitCode) =>
        VerdictExitCode.Of(new Verdict
        {
            Outcome = outcome,
            Code = code,
            Message = "",
            Subject = Forgery.Subject,
            Requirements = [],
            Candidates = [],
        }).Should().Be(exitCode);
}
