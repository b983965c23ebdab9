using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>
/// Blobs that arrive in pieces, over several requests and across restarts. An upload belongs to the owner (a repository) that began it;
/// to any other owner it does not exist. Unfinished uploads expire and their number is bounded.
/// </summary>
/// <remarks>
/// Codes of <see cref="BlobException"/>: <c>BLOB_UPLOAD_UNKNOWN</c>, <c>RANGE_INVALID</c>, <c>SIZE_INVALID</c>, <c>DIGEST_INVALID</c>,
/// <c>TOOMANYREQUESTS</c>.
/// </remarks>
public interface IBlobUploads
{
    /// <summary>Begins an upload and returns its id, 32 random hexadecimal characters.</summary>
    Task<string> StartAsync(string owner, CancellationToken cancellationToken);

    /// <summary>How many bytes have arrived; null where there is no such upload.</summary>
    ValueTask<long?> FindLengthAsync(string owner, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Appends a piece and returns the new length. With <paramref name="range"/> the piece must begin where the upload ends and have
    /// exactly that length; a piece that breaks off is kept as far as it came only when no range was given.
    /// </summary>
    Task<long> AppendAsync(string owner, string id, ByteRange? range, Stream content, CancellationToken cancellationToken);

    /// <summary>Turns the upload into a blob if it hashes to <paramref name="expected"/>; otherwise the upload is discarded.</summary>
    Task CommitAsync(string owner, string id, Digest expected, CancellationToken cancellationToken);

    /// <summary>Discards an upload; false where there is none.</summary>
    Task<bool> CancelAsync(string owner, string id, CancellationToken cancellationToken);
}
