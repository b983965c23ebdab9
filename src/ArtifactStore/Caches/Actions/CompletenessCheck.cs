using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Caches.Actions;

/// <summary>Tells whether everything that an action result refers to is stored, with the size that it names.</summary>
internal sealed class CompletenessCheck(IBlobStore blobs)
{
    /// <summary>The largest action result, and the largest tree, that is read: 16 MiB.</summary>
    public const int MaximumMessageSize = 16 * 1024 * 1024;

    private static readonly SizedDigest Empty = new(Digest.Of([]), 0);

    /// <summary>False where a blob is missing, has another size or, for a tree, cannot be read.</summary>
    public async Task<bool> IsCompleteAsync(ActionResult result, CancellationToken cancellationToken)
    {
        foreach (var blob in result.Blobs)
        {
            if (!await IsStoredAsync(blob, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        int remaining = ActionResult.MaximumReferences - result.Blobs.Count - result.Trees.Count;
        foreach (var tree in result.Trees)
        {
            if (await ReadTreeAsync(tree, remaining, cancellationToken).ConfigureAwait(false) is not { } files)
            {
                return false;
            }

            remaining -= files.Count;
            foreach (var file in files)
            {
                if (!await IsStoredAsync(file, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private async Task<IReadOnlyList<SizedDigest>?> ReadTreeAsync(SizedDigest tree, int maximum, CancellationToken cancellationToken)
    {
        if (tree.Size > MaximumMessageSize || maximum < 0)
        {
            return null;
        }

        using var blob = await blobs.OpenAsync(tree.Digest, cancellationToken).ConfigureAwait(false);
        if (blob is null || blob.Size != tree.Size)
        {
            return null;
        }

        try
        {
            return ActionResult.ParseTree(await blob.ReadAllAsync(MaximumMessageSize, cancellationToken).ConfigureAwait(false), maximum);
        }
        catch (Exception exception) when (exception is FormatException or BlobException)
        {
            return null;
        }
    }

    /// <summary>Clients neither send nor fetch the blob without bytes.</summary>
    private async ValueTask<bool> IsStoredAsync(SizedDigest reference, CancellationToken cancellationToken) =>
        reference == Empty || await blobs.FindSizeAsync(reference.Digest, cancellationToken).ConfigureAwait(false) == reference.Size;
}
