namespace Provenance.Attestor.Tuf;

/// <summary>A trusted root cannot be updated, or what is cached of it cannot be used.</summary>
/// <param name="code">One of the codes below; docs/verify.md lists them.</param>
/// <param name="message">Which file of which repository, what was expected, what was found, and what to do.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class TufException(string code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The repository is away, slow, or answers an error.</summary>
    public const string Unreachable = "TUF_UNREACHABLE";

    /// <summary>The repository has no such file.</summary>
    public const string NotFound = "TUF_NOT_FOUND";

    /// <summary>A file is larger than it may be, or there are too many.</summary>
    public const string Limit = "TUF_LIMIT";

    /// <summary>A file is no metadata of its role.</summary>
    public const string Format = "TUF_FORMAT";

    /// <summary>Too few of the role's keys signed a file.</summary>
    public const string Signature = "TUF_SIGNATURE";

    /// <summary>A version is lower than one that was seen before, or a file is no longer listed.</summary>
    public const string Rollback = "TUF_ROLLBACK";

    /// <summary>A file has another version than the one that was asked for.</summary>
    public const string Version = "TUF_VERSION";

    /// <summary>A file has not the length or the hash that is listed for it.</summary>
    public const string Hash = "TUF_HASH";

    /// <summary>A file has expired: the repository is not kept up, or somebody holds its updates back.</summary>
    public const string Expired = "TUF_EXPIRED";

    /// <summary>The repository does not list the file that was asked for.</summary>
    public const string Target = "TUF_TARGET";

    /// <summary>There is no trusted root to begin with, or it does not hold by itself.</summary>
    public const string Root = "TUF_ROOT";

    /// <summary>The cache cannot be used: nothing is in it, or another process holds it.</summary>
    public const string Cache = "TUF_CACHE";

    /// <summary>The stable code of the fault.</summary>
    public string Code { get; } = code;
}
