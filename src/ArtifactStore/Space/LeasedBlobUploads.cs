using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Space;

/// <summary>The uploads as everybody sees them: the blob that one ends as cannot be removed meanwhile, and what does not fit is refused.</summary>
internal sealed class LeasedBlobUploads(DiskBlobUploads uploads, BlobLeases leases, SpaceGuard guard) : IBlobUploads
{
    /// <inheritdoc/>
    public async Task<string> StartAsync(string owner, CancellationToken cancellationToken)
    {
        await guard.RequireRoomAsync(cancellationToken).ConfigureAwait(false);
        return await uploads.StartAsync(owner, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<long?> FindLengthAsync(string owner, string id, CancellationToken cancellationToken) => uploads.FindLengthAsync(owner, id, cancellationToken);

    /// <inheritdoc/>
    public async Task<long> AppendAsync(string owner, string id, ByteRange? range, Stream content, CancellationToken cancellationToken)
    {
        await guard.RequireRoomAsync(cancellationToken).ConfigureAwait(false);
        return await uploads.AppendAsync(owner, id, range, content, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task CommitAsync(string owner, string id, Digest expected, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        using var hold = await leases.HoldAsync(expected, cancellationToken).ConfigureAwait(false);
        await uploads.CommitAsync(owner, id, expected, changes, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task FinishAsync(
        string owner,
        string id,
        ByteRange? range,
        Stream last,
        Digest expected,
        IReadOnlyList<KeyChange> changes,
        CancellationToken cancellationToken)
    {
        using var hold = await leases.HoldAsync(expected, cancellationToken).ConfigureAwait(false);
        await uploads.FinishAsync(owner, id, range, last, expected, changes, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<bool> CancelAsync(string owner, string id, CancellationToken cancellationToken) => uploads.CancelAsync(owner, id, cancellationToken);
}
