namespace Provenance.Attestor.Signers;

/// <summary>A moment at which a trusted third party saw the signature.</summary>
/// <param name="Time">The moment.</param>
/// <param name="Witness">Who saw it: a transparency log or a time stamping authority.</param>
public sealed record VerifiedTime(DateTimeOffset Time, string Witness);
