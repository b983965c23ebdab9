using Provenance.Attestor.Signers;

namespace Provenance.Attestor.Verifying;

/// <summary>Either a signature of a trusted signer that holds, with its key's fingerprint, or why there is none.</summary>
internal sealed record SignatureFinding(string? Fingerprint, VerifiedSignature? Signature, CheckFailure? Failure);
