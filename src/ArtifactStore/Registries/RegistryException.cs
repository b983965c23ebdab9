namespace Provenance.ArtifactStore.Registries;

/// <summary>A registry refused a request, could not be reached, or answered something it must not.</summary>
/// <param name="code">A stable code: an OCI error code where the registry gave one, else <c>UNAVAILABLE</c>, <c>UNAUTHORIZED</c>, <c>DIGEST_LIE</c>, <c>LIMIT</c>, <c>ADDRESS_REFUSED</c> or <c>INVALID_RESPONSE</c>.</param>
/// <param name="message">What happened, to which object, and what to do.</param>
/// <param name="isTransient">Whether the same request may succeed later.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class RegistryException(string code, string message, bool isTransient = false, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The stable code of the fault.</summary>
    public string Code { get; } = code;

    /// <summary>Whether the same request may succeed later (time-outs, 408, 429, 5xx, a connection refused).</summary>
    public bool IsTransient { get; } = isTransient;

    /// <summary>The registry, <c>host[:port]</c>, that the fault concerns; null where it concerns this machine alone.</summary>
    public string? Registry { get; init; }

    /// <summary>How long the registry, or its token service, asks to be left alone, at most an hour; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
