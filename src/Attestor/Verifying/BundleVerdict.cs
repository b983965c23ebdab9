using Provenance.Attestor.Signers;

namespace Provenance.Attestor.Verifying;

/// <summary>The result of verifying one bundle for one artifact. Only <see cref="BundleVerifier"/> makes one.</summary>
public sealed record BundleVerdict
{
    internal BundleVerdict(VerifiedSignature signature)
    {
        Code = VerdictCodes.Verified;
        Signature = signature;
    }

    internal BundleVerdict(CheckFailure failure)
    {
        Code = failure.Code;
        Failure = failure;
    }

    /// <summary>A code of <see cref="VerdictCodes"/>.</summary>
    public string Code { get; }

    /// <summary>The signature; null unless everything holds.</summary>
    public VerifiedSignature? Signature { get; }

    /// <summary>What does not hold; null where everything does.</summary>
    public CheckFailure? Failure { get; }
}
