using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Timestamps;

/// <summary>The proof that a signature was there at a time, verified against the trusted root.</summary>
/// <param name="Response">The whole answer of the authority (RFC 3161, TimeStampResp), which is what bundles carry.</param>
/// <param name="Time">The time that it vouches for.</param>
/// <param name="Authority">Who vouches.</param>
internal sealed record StampedSignature(ReadOnlyMemory<byte> Response, DateTimeOffset Time, TrustedAuthority Authority);
