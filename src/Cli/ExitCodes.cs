namespace Provenance.Cli;

/// <summary>What the process says of itself when it ends.</summary>
internal static class ExitCodes
{
    /// <summary>All is well: attested, verified, found.</summary>
    public const int Success = 0;

    /// <summary>The answer is no: the evidence does not hold, or a run could not be attested.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a file or a setting is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The question could not be answered: a registry is away, a limit was hit.</summary>
    public const int Error = 3;

    /// <summary>There is no evidence at all, or the digest is not known.</summary>
    public const int NoEvidence = 4;
}
