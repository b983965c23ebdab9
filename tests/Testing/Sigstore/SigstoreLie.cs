namespace Provenance.Testing.Sigstore;

/// <summary>Something false that an otherwise well-behaved instance says.</summary>
public enum SigstoreLie
{
    /// <summary>All is true.</summary>
    None,

    /// <summary>The promise of the certificate log (SCT) is signed by a key that is not the log's.</summary>
    CertificatePromiseByAnotherKey,

    /// <summary>The certificate holds no promise of the certificate log.</summary>
    CertificatePromiseMissing,

    /// <summary>The certificate is for a key that nobody asked about.</summary>
    CertificateForAnotherKey,

    /// <summary>The certificate names somebody else than the token.</summary>
    CertificateForAnotherIdentity,

    /// <summary>The certificate says that another issuer vouched for the name.</summary>
    CertificateByAnotherIssuer,

    /// <summary>The certificate and those above it are of a root that is not in the trusted root.</summary>
    CertificateByAnotherRoot,

    /// <summary>The certificate's ten minutes were over an hour ago.</summary>
    CertificateExpired,

    /// <summary>The log's promise (SET) is over another body.</summary>
    EntryPromiseOverAnotherBody,

    /// <summary>The audit path leads elsewhere.</summary>
    InclusionProofWrong,

    /// <summary>The log signed a checkpoint with a root that no proof leads to.</summary>
    CheckpointRootWrong,

    /// <summary>The checkpoint is signed by a key that is not the log's, under the log's key id.</summary>
    CheckpointByAnotherKey,

    /// <summary>The entry is about another signature than the one that was submitted.</summary>
    EntryOfAnotherSignature,

    /// <summary>The entry is about the signature that was submitted, but names another key as its maker.</summary>
    EntryOfAnotherSigner,

    /// <summary>The log says, and signs, that it took the entry a day later.</summary>
    IntegratedTimeOff,

    /// <summary>The timestamp is over other bytes.</summary>
    TimestampOverOtherBytes,

    /// <summary>The timestamp does not repeat the nonce of the request.</summary>
    TimestampWithoutNonce,

    /// <summary>The timestamp repeats another nonce.</summary>
    TimestampWithAnotherNonce,

    /// <summary>The timestamp is by an authority that is not in the trusted root.</summary>
    TimestampByAnotherRoot,

    /// <summary>The timestamp is of the day after.</summary>
    TimestampTimeOff,
}
