namespace Provenance.Attestor.Verifying;

/// <summary>What follows from a policy that is not met.</summary>
public enum PolicyMode
{
    /// <summary>The verdict fails.</summary>
    Enforce,

    /// <summary>The verdict carries a warning to be shown to whoever deploys.</summary>
    Warn,

    /// <summary>The verdict carries a warning to be recorded only.</summary>
    Audit,
}
