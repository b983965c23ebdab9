namespace Provenance.Attestor.Verifying;

/// <summary>The exit codes of commands that verify.</summary>
public static class VerdictExitCode
{
    /// <summary>Everything that was asked for is met.</summary>
    public const int Pass = 0;

    /// <summary>The evidence is not enough.</summary>
    public const int Fail = 1;

    /// <summary>The command line or a policy file is wrong; nothing was verified.</summary>
    public const int Usage = 2;

    /// <summary>The evidence could not be looked at.</summary>
    public const int Error = 3;

    /// <summary>There is no evidence of the kind that was asked for.</summary>
    public const int NoEvidence = 4;

    /// <summary>The exit code for a verdict.</summary>
    public static int Of(Verdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return verdict.Outcome switch
        {
            VerdictOutcome.Pass => Pass,
            VerdictOutcome.Error => Error,
            _ when verdict.Code is VerdictCodes.NoEvidence => NoEvidence,
            _ when verdict.Code is VerdictCodes.PolicyInvalid => Usage,
            _ => Fail,
        };
    }
}
