namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>What became of a token.</summary>
internal enum TokenOutcome
{
    /// <summary>It is believed.</summary>
    Valid,

    /// <summary>It is larger than any that is read.</summary>
    Oversized,

    /// <summary>It cannot be read, or lacks a subject.</summary>
    Malformed,

    /// <summary>Its algorithm is not accepted of this issuer.</summary>
    WrongAlgorithm,

    /// <summary>Its issuer is not trusted.</summary>
    UnknownIssuer,

    /// <summary>It is meant for somebody else.</summary>
    WrongAudience,

    /// <summary>It has expired or does not say when it does.</summary>
    Expired,

    /// <summary>It is not valid yet.</summary>
    Early,

    /// <summary>Its issuer has no key that it could be signed with.</summary>
    UnknownKey,

    /// <summary>Its signature is wrong.</summary>
    WrongSignature,

    /// <summary>Its issuer's keys cannot be had.</summary>
    KeysUnavailable,
}
