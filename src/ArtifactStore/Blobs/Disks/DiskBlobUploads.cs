using System.Collections.Concurrent;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;

namespace Provenance.ArtifactStore.Blobs.Disks;

/// <summary>Uploads as files <c>uploads/id-owner</c>, where <c>owner</c> is the start of the owner's hash.</summary>
internal sealed class DiskBlobUploads : IBlobUploads
{
    private readonly ConcurrentDictionary<string, DiskUpload> uploads = new(StringComparer.Ordinal);
    private readonly DataFolder folder;
    private readonly DiskBlobStore blobs;
    private readonly BlobLimits limits;
    private readonly TimeProvider time;

    /// <summary>Takes up what an earlier process left unfinished.</summary>
    public DiskBlobUploads(DataFolder folder, DiskBlobStore blobs, BlobLimits limits, TimeProvider time)
    {
        this.folder = folder;
        this.blobs = blobs;
        this.limits = limits;
        this.time = time;
        foreach (string path in Directory.EnumerateFiles(folder.Uploads))
        {
            uploads[Path.GetFileName(path)] = new DiskUpload(path, File.GetLastWriteTimeUtc(path));
        }
    }

    /// <inheritdoc/>
    public async Task<string> StartAsync(string owner, CancellationToken cancellationToken)
    {
        await RemoveExpiredAsync(cancellationToken).ConfigureAwait(false);
        if (uploads.Count >= limits.MaximumUploads)
        {
            throw new BlobException("TOOMANYREQUESTS", $"{limits.MaximumUploads} uploads are unfinished. Finish or cancel some, or try again later.");
        }

        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        string key = KeyOf(owner, id);
        string path = Path.Combine(folder.Uploads, key);
        File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write).Dispose();
        uploads[key] = new DiskUpload(path, time.GetUtcNow());
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
        return await upload.AppendAsync(range, content, limits.MaximumBlobSize, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task CommitAsync(string owner, string id, Digest expected, CancellationToken cancellationToken)
    {
        var upload = Find(owner, id);
        using var turn = await upload.EnterAsync(cancellationToken).ConfigureAwait(false);
        RequireOpen(upload, id);
        var actual = await upload.FlushAsync(expected.Algorithm, cancellationToken).ConfigureAwait(false);
        uploads.TryRemove(KeyOf(owner, id), out _);
        upload.Dispose();
        if (actual != expected)
        {
            File.Delete(upload.Path);
            throw new BlobException("DIGEST_INVALID", $"The upload hashes to {actual}, not to {expected}. Upload the content that the digest names.");
        }

        blobs.Adopt(expected, upload.Path);
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
