using Provenance.Attestor.Certificates;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Signers;

/// <summary>A signature that holds, by whom and when. Only <see cref="SignatureVerifier"/> makes one.</summary>
public sealed record VerifiedSignature
{
    internal VerifiedSignature()
    {
    }

    /// <summary>The key that signed: that of the certificate, or the one that was asked for.</summary>
    public required SignatureKey Key { get; init; }

    /// <summary>Whom the certificate names; null for a signature by a key.</summary>
    public required CertificateIdentity? Identity { get; init; }

    /// <summary>When it was seen, one time for each witness; may be empty for a signature by a key.</summary>
    public required IReadOnlyList<VerifiedTime> Times { get; init; }

    /// <summary>The places in transparency logs, as <c>host index</c>.</summary>
    public required IReadOnlyList<string> LogEntries { get; init; }
}
