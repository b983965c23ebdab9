namespace Provenance.Attestor.Verifying;

/// <summary>The three ways in which a verification ends.</summary>
public enum VerdictOutcome
{
    /// <summary>The evidence could not be looked at, so nothing is known. Denies, but may be tried again; never cached.</summary>
    Error,

    /// <summary>The evidence was looked at and is not enough.</summary>
    Fail,

    /// <summary>The evidence is what was asked for.</summary>
    Pass,
}
