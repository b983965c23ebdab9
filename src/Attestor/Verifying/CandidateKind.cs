namespace Provenance.Attestor.Verifying;

/// <summary>The format of a piece of evidence.</summary>
public enum CandidateKind
{
    /// <summary>A Sigstore bundle.</summary>
    Bundle,

    /// <summary>A bare DSSE envelope, as cosign's older layout stores it.</summary>
    Envelope,
}
