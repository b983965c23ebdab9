namespace Provenance.Testing.Sigstore;

/// <summary>A service of a Sigstore instance.</summary>
public enum SigstoreService
{
    /// <summary>The certificate authority (Fulcio).</summary>
    CertificateAuthority,

    /// <summary>The transparency log of version 1 (Rekor).</summary>
    RekorV1,

    /// <summary>The transparency log of version 2 (Rekor on tiles).</summary>
    RekorV2,

    /// <summary>What the log of version 2 publishes of its tree, which real ones leave to another program.</summary>
    RekorV2Tree,

    /// <summary>The time stamping authority.</summary>
    TimestampAuthority,

    /// <summary>Who issues identity tokens: its key set, and the endpoint that build services offer their jobs.</summary>
    Tokens,
}
