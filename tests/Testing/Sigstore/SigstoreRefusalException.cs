namespace Provenance.Testing.Sigstore;

/// <summary>A service says no.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The <c>code</c> of the answer's JSON: that of gRPC, or the HTTP status again in Rekor version 1.</param>
/// <param name="message">The <c>message</c>.</param>
internal sealed class SigstoreRefusalException(int status, int code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>The code in the answer.</summary>
    public int Code => code;

    /// <summary>Where the answer points to, for an entry that is there already.</summary>
    public string? Location { get; init; }

    /// <summary>The place of an entry that is there already, in logs of version 2.</summary>
    public int? LogIndex { get; init; }

    /// <summary>An argument that gRPC calls invalid.</summary>
    public static SigstoreRefusalException Invalid(string message) => new(400, 3, message);
}
