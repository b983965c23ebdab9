namespace Provenance.Attestor.SigningServices;

/// <summary>How many of the listed services are used (sigstore_trustroot.proto, ServiceSelector).</summary>
public enum ServiceSelector
{
    /// <summary>The config does not say, which is an error as soon as it lists any.</summary>
    Undefined,

    /// <summary>Every one, but one for each operator.</summary>
    All,

    /// <summary>One.</summary>
    Any,

    /// <summary>As many as the config counts, each of another operator.</summary>
    Exact,
}
