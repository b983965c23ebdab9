namespace Provenance.Attestor.Signing;

/// <summary>A service that signing needs (a key service, a certificate authority, a log, a time stamping authority) refused, is away, or answered something it must not.</summary>
/// <param name="code">A stable code: <c>SIGNING_UNAVAILABLE</c>, <c>SIGNING_REFUSED</c>, <c>SIGNING_ANSWER</c> or <c>SIGNING_IDENTITY</c>.</param>
/// <param name="message">What happened, with which service, and what to do. Never holds a token, a password or a key.</param>
/// <param name="isTransient">Whether the same request may succeed later by itself.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class SigningServiceException(string code, string message, bool isTransient = false, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The service could not be reached, timed out, or answered 408, 429 or 5xx.</summary>
    public const string Unavailable = "SIGNING_UNAVAILABLE";

    /// <summary>The service understood and said no.</summary>
    public const string Refused = "SIGNING_REFUSED";

    /// <summary>The answer is malformed, or does not hold when verified.</summary>
    public const string BadAnswer = "SIGNING_ANSWER";

    /// <summary>There is no identity token, or it cannot be used.</summary>
    public const string NoIdentity = "SIGNING_IDENTITY";

    /// <summary>The stable code of the fault.</summary>
    public string Code { get; } = code;

    /// <summary>Whether the same request may succeed later by itself.</summary>
    public bool IsTransient { get; } = isTransient;

    /// <summary>The service, <c>host[:port]</c>; null where the fault concerns this machine alone.</summary>
    public string? Service { get; init; }

    /// <summary>How long the service asks to be left alone, at most an hour; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
