namespace Provenance.Attestor.Signers;

/// <summary>
/// What a bundle must prove beside its signature. Whatever else it carries must hold all the same. A certificate always needs a trusted
/// time; the present one is never taken.
/// </summary>
public sealed record SignatureDemands
{
    /// <summary>Everything, which is what the public Sigstore instance gives.</summary>
    public static SignatureDemands All { get; } = new();

    /// <summary>A transparency log must hold the signature.</summary>
    public bool LogEntry { get; init; } = true;

    /// <summary>A certificate log must have promised to hold the certificate.</summary>
    public bool CertificateLog { get; init; } = true;
}
