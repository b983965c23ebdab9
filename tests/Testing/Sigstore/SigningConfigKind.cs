namespace Provenance.Testing.Sigstore;

/// <summary>Which services a signing configuration tells clients to use, beside the certificate authority.</summary>
public enum SigningConfigKind
{
    /// <summary>The log of version 1, whose promise gives the time.</summary>
    RekorV1,

    /// <summary>The log of version 1 and the time stamping authority, as the public instance does.</summary>
    RekorV1AndTimestamp,

    /// <summary>The log of version 2 and the time stamping authority, because that log says no time.</summary>
    RekorV2,

    /// <summary>The time stamping authority alone.</summary>
    TimestampOnly,
}
