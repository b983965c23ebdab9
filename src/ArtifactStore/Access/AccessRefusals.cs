namespace Provenance.ArtifactStore.Access;

/// <summary>Why requests are refused, in words for metrics. Answers never tell them apart: that would help whoever guesses.</summary>
internal static class AccessRefusals
{
    /// <summary>The identity may not do what it asked for.</summary>
    public const string Denied = "denied";

    /// <summary>Nobody in particular asked for something that is not for everybody.</summary>
    public const string NoCredentials = "no_credentials";

    /// <summary>The Authorization header cannot be read.</summary>
    public const string Malformed = "malformed";

    /// <summary>The user is unknown or the password is wrong.</summary>
    public const string Password = "password";

    /// <summary>Too many passwords are being checked already.</summary>
    public const string Busy = "busy";

    /// <summary>The token is larger than any that is read.</summary>
    public const string TokenSize = "token_size";

    /// <summary>The token is no JSON web token of the form that is read.</summary>
    public const string TokenFormat = "token_format";

    /// <summary>The token is signed in a way that is not accepted, or by a key of another kind.</summary>
    public const string TokenAlgorithm = "token_algorithm";

    /// <summary>The token comes from an issuer that is not trusted.</summary>
    public const string TokenIssuer = "token_issuer";

    /// <summary>The token is meant for somebody else.</summary>
    public const string TokenAudience = "token_audience";

    /// <summary>The token has expired, or says nothing of when it does.</summary>
    public const string TokenExpired = "token_expired";

    /// <summary>The token is not valid yet.</summary>
    public const string TokenEarly = "token_early";

    /// <summary>The issuer has no such key.</summary>
    public const string TokenKey = "token_key";

    /// <summary>The signature is wrong.</summary>
    public const string TokenSignature = "token_signature";

    /// <summary>The issuer's keys cannot be had.</summary>
    public const string KeysUnavailable = "keys_unavailable";
}
