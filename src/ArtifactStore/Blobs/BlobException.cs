using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>Content was refused, or stored content turned out to be corrupt.</summary>
/// <param name="code">A stable code, an OCI error code where there is one; <c>BLOB_CORRUPTED</c> for stored bytes that do not hash to their name.</param>
/// <param name="message">What happened, to which object, and what to do.</param>
public sealed class BlobException(string code, string message) : Exception(message)
{
    /// <summary>The code of stored bytes that do not hash to their name.</summary>
    public const string Corrupted = "BLOB_CORRUPTED";

    /// <summary>The fault of content that hashes to something else than it was sent under: <c>DIGEST_INVALID</c>.</summary>
    internal static BlobException Mismatch(Digest expected, Digest actual) =>
        new("DIGEST_INVALID", $"The content hashes to {actual}, not to {expected}. Send the content that the digest names.");

    /// <summary>The stable code of the fault.</summary>
    public string Code { get; } = code;
}
