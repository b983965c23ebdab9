using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Blobs;

/// <summary>
/// Blobs that arrive in pieces, over several requests and across restarts. An upload belongs to the owner (a repository) that began it;
/// to any other owner it does not exist. Unfinished uploads expire and their number is bounded.
/// </summary>
/// <remarks>
/// Codes of <see cref="BlobException"/>: <c>BLOB_UPLOAD_UNKNOWN</c>, <c>BLOB_UPLOAD_INVALID</c>, <c>RANGE_INVALID</c>, <c>SIZE_INVALID</c>, <c>DIGEST_INVALID</c>,
/// <c>TOOMANYREQUESTS</c>.
/// </remarks>
internal interface IBlobUploads
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
    Task CommitAsync(string owner, string id, Digest expected, CancellationToken cancellationToken) =>
        CommitAsync(owner, id, expected, [], cancellationToken);

    /// <summary>Turns the upload into a blob, and with it changes keys: all of that or nothing.</summary>
    Task CommitAsync(string owner, string id, Digest expected, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken);

    /// <summary>
    /// Appends the last piece, as <see cref="AppendAsync"/> does, and commits. An upload that has no bytes before costs no more than
    /// <see cref="IBlobStore.WriteAsync(Digest, Stream, long, IReadOnlyList{KeyChange}, CancellationToken)"/>.
    /// </summary>
    async Task FinishAsync(
        string owner,
        string id,
        ByteRange? range,
        Stream last,
        Digest expected,
        IReadOnlyList<KeyChange> changes,
        CancellationToken cancellationToken)
    {
        await AppendAsync(owner, id, range, last, cancellationToken).ConfigureAwait(false);
        await CommitAsync(owner, id, expected, changes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Discards an upload; false where there is none.</summary>
    Task<bool> CancelAsync(string owner, string id, CancellationToken cancellationToken);
}
