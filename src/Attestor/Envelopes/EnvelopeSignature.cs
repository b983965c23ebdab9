namespace Provenance.Attestor.Envelopes;

/// <summary>One signature of a DSSE envelope.</summary>
/// <param name="Value">The raw signature bytes.</param>
/// <param name="KeyId">An unauthenticated hint at the key, null where there is none; never decides anything (DSSE v1, protocol.md).</param>
public sealed record EnvelopeSignature(ReadOnlyMemory<byte> Value, string? KeyId)
{
    /// <summary>
    /// The PEM of a certificate in a field <c>cert</c>, which no specification knows: generators of SLSA provenance wrote it before there
    /// were bundles. Null where there is none, and in bundles.
    /// </summary>
    public string? Certificate { get; init; }
}
