namespace Provenance.ArtifactStore.Serving;

/// <summary>A request is refused with an OCI error body (distribution-spec 1.1, "Error Codes").</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The OCI error code.</param>
/// <param name="message">What is wrong with which object.</param>
internal sealed class OciException(int status, string code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The OCI error code.</summary>
    public string Code { get; } = code;
}
