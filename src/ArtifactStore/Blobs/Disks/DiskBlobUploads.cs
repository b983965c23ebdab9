using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>Uploads as files <c>uploads/id-owner</c>, where <c>owner</c> is the start of the owner's hash.</summary>
internal sealed class DiskBlobUploads : IBlobUploads
{
    private readonly ConcurrentDictionary<string, DiskUpload> uploads = new(StringComparer.Ordinal);
    private readonly StoreLog log;
    private readonly IBlobAdoption blobs;
    private readonly BlobLimits limits;
    private readonly TimeProvider time;

    /// <summary>Takes up what an earlier process left unfinished.</summary>
    public DiskBlobUploads(StoreLog log, IBlobAdoption blobs, BlobLimits limits, TimeProvider time)
    {
        this.log = log;
        this.blobs = blobs;
        this.limits = limits;
        this.time = time;
        foreach (string path in Directory.EnumerateFiles(log.Folder.Uploads))
        {
            uploads[Path.GetFileName(path)] = new DiskUpload(path, log.Files.Disk, File.GetLastWriteTimeUtc(path));
        }
    }

    /// <summary>How many uploads are unfinished.</summary>
    public int Count => uploads.Count;

    /// <inheritdoc/>
    public async Task<string> StartAsync(string owner, CancellationToken cancellationToken)
    {
        await RemoveExpiredAsync(cancellationToken).ConfigureAwait(false);
        if (uploads.Count >= limits.MaximumUploads)
        {
            throw new BlobException("TOOMANYREQUESTS", $"{limits.MaximumUploads} uploads are unfinished. Finish or cancel some, or "
                + "try again later.");
        }

        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        string key = KeyOf(owner, id);
        uploads[key] = new DiskUpload(Path.Combine(log.Folder.Uploads, key), log.Files.Disk, time.GetUtcNow());
        return id;
    }

    /// <inheritdoc/>
    public async ValueTask<long?> FindLengthAsync(string owner, string id, CancellationToken cancellationToken)
    {
        if (!uploads.TryGetValue(KeyOf(owner, id), out var upload))
        {
            return null;
        }

        using var turn = await upload.EnterAsync(cancellationToken).ConfigureAwait(false);
        return upload.IsOpen ? upload.Length : null;
    }

    /// <inheritdoc/>
    public async Task<long> AppendAsync(string owner, string id, ByteRange? range, Stream content, CancellationToken cancellationToken)
    {
        var upload = Find(owner, id);
        using var turn = await upload.EnterAsync(cancellationToken).ConfigureAwait(false);
        RequireOpen(upload, id);
        upload.LastUsed = time.GetUtcNow();
        return await upload.AppendAsync(range, first: default, content, limits.MaximumBlobSize, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task CommitAsync(string owner, string id, Digest expected, CancellationToken cancellationToken) =>
        CommitAsync(owner, id, expected, [], cancellationToken);

    /// <inheritdoc/>
    public async Task CommitAsync(string owner, string id, Digest expected, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        var upload = Find(owner, id);
        using var turn = await upload.EnterAsync(cancellationToken).ConfigureAwait(false);
        RequireOpen(upload, id);
        await CommitAsync(upload, owner, id, expected, changes, cancellationToken).ConfigureAwait(false);
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
        var upload = Find(owner, id);
        using var turn = await upload.EnterAsync(cancellationToken).ConfigureAwait(false);
        RequireOpen(upload, id);
        upload.LastUsed = time.GetUtcNow();
        byte[] first = ArrayPool<byte>.Shared.Rent(DiskBlobStore.FirstStep);
        try
        {
            int read = await last.ReadAtLeastAsync(
                first.AsMemory(0, DiskBlobStore.FirstStep), DiskBlobStore.FirstStep, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read < DiskBlobStore.FirstStep && range is null && upload.Length is 0)
            {
                // The whole blob is here, and small: it needs no file.
                StagedFile.RequireSize(read, limits.MaximumBlobSize);
                var whole = new MemoryStream(first, 0, read, writable: false);
                await WriteAsync(upload, owner, id, expected, whole, changes, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await upload.AppendAsync(range, first.AsMemory(0, read), last, limits.MaximumBlobSize, cancellationToken).ConfigureAwait(false);
                await CommitAsync(upload, owner, id, expected, changes, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(first);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CancelAsync(string owner, string id, CancellationToken cancellationToken)
    {
        if (!uploads.TryRemove(KeyOf(owner, id), out var upload))
        {
            return false;
        }

        using var turn = await upload.EnterAsync(cancellationToken).ConfigureAwait(false);
        return Discard(upload);
    }

    private static bool Discard(DiskUpload upload)
    {
        bool open = upload.IsOpen;
        if (open)
        {
            upload.Dispose();
            File.Delete(upload.Path);
        }

        return open;
    }

    private async Task WriteAsync(
        DiskUpload upload, string owner, string id, Digest expected, Stream whole, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        try
        {
            await blobs.WriteAsync(expected, whole, limits.MaximumBlobSize, changes, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobException)
        {
            End(upload, owner, id);
            throw;
        }

        End(upload, owner, id);
    }

    private async Task CommitAsync(
        DiskUpload upload, string owner, string id, Digest expected, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        var actual = await upload.HashAsync(expected.Algorithm, cancellationToken).ConfigureAwait(false);
        if (actual != expected)
        {
            End(upload, owner, id);
            File.Delete(upload.Path);
            throw new BlobException("DIGEST_INVALID", $"The upload hashes to {actual}, not to {expected}. Upload the content that the digest names.");
        }

        await blobs.AdoptAsync(expected, upload.Path, changes, cancellationToken).ConfigureAwait(false);
        End(upload, owner, id);
    }

    private void End(DiskUpload upload, string owner, string id)
    {
        uploads.TryRemove(KeyOf(owner, id), out _);
        upload.Dispose();
    }

    private static string KeyOf(string owner, string id) => $"{id}-{Digest.Of(System.Text.Encoding.UTF8.GetBytes(owner)).Hex[..16]}";

    private static void RequireOpen(DiskUpload upload, string id)
    {
        if (!upload.IsOpen)
        {
            throw Unknown(id);
        }
    }

    private static BlobException Unknown(string id) =>
        new("BLOB_UPLOAD_UNKNOWN", $"There is no upload {id} in this repository: it was finished, cancelled or has expired. Begin a new one.");

    private DiskUpload Find(string owner, string id) => uploads.TryGetValue(KeyOf(owner, id), out var upload) ? upload : throw Unknown(id);

    private async Task RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow() - limits.UploadLifetime;
        foreach (var (key, upload) in uploads)
        {
            if (upload.LastUsed < oldest && uploads.TryRemove(key, out _))
            {
                using var turn = await upload.EnterAsync(cancellationToken).ConfigureAwait(false);
                Discard(upload);
            }
        }
    }
}
