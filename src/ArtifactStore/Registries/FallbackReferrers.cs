using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>
/// The referrers of a subject as an index under the tag <c>algorithm-hex</c>, for registries without the API (distribution-spec 1.1,
/// "Referrers Tag Schema"). The tag is shared by all writers and cannot be updated atomically: what was written is looked up at once
/// and again later, and merged in anew when somebody else's write has removed it.
/// </summary>
internal sealed class FallbackReferrers(
    ManifestClient manifests, SubjectLocks locks, RemoteRegistryOptions options, TimeProvider time)
{
    private const int MaximumRounds = 8;
    private const int MaximumLookedFor = 1000;
    private const int MaximumTagHexLength = 64;

    /// <summary>The tag under which a subject's referrers are listed.</summary>
    public static string TagOf(Digest subject) =>
        $"{subject.Algorithm.Name}-{subject.Hex[..Math.Min(subject.Hex.Length, MaximumTagHexLength)]}";

    /// <summary>The entries of the index; none where there is no index.</summary>
    public async Task<IReadOnlyList<Descriptor>> ListAsync(Digest subject, CancellationToken cancellationToken)
    {
        var found = await FetchAsync(subject, cancellationToken).ConfigureAwait(false);
        try
        {
            return found is null ? [] : ReferrerIndex.Parse(found.Content).Entries;
        }
        catch (ManifestFormatException)
        {
            // A tag that somebody uses for something else lists nothing.
            return [];
        }
    }

    /// <summary>Adds a referrer and returns when it has outlasted the writes of others.</summary>
    /// <exception cref="RegistryException">The entry did not last (transient), or the tag does not hold an index.</exception>
    public async Task AddAsync(Digest subject, Descriptor referrer, CancellationToken cancellationToken)
    {
        for (int round = 0; round < MaximumRounds; round++)
        {
            using (await locks.EnterAsync($"{manifests.Name}@{subject}", cancellationToken).ConfigureAwait(false))
            {
                await MergeAsync(subject, referrer, cancellationToken).ConfigureAwait(false);
            }

            await SettleAsync(cancellationToken).ConfigureAwait(false);
            if ((await ReadAsync(subject, cancellationToken).ConfigureAwait(false)).Contains(referrer.Digest))
            {
                return;
            }
        }

        throw manifests.Host.Fault(
            "UNAVAILABLE",
            $"Cannot list {referrer.Digest} as a referrer of {subject}: in {MaximumRounds} attempts other writers removed it from "
                + $"tag {TagOf(subject)} of {manifests.Name}. Try again later.",
            isTransient: true);
    }

    private async Task MergeAsync(Digest subject, Descriptor referrer, CancellationToken cancellationToken)
    {
        var index = await ReadAsync(subject, cancellationToken).ConfigureAwait(false);
        if (index.Contains(referrer.Digest))
        {
            return;
        }

        index.Add(referrer);
        var written = await WriteAsync(subject, referrer, index, cancellationToken).ConfigureAwait(false);
        if (written.HasErrorCode("MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN") && await RemoveDeletedAsync(index, cancellationToken).ConfigureAwait(false))
        {
            written = await WriteAsync(subject, referrer, index, cancellationToken).ConfigureAwait(false);
        }

        written.Expect(ManifestClient.Stored);
        if (await FetchAsync(subject, cancellationToken).ConfigureAwait(false) is null)
        {
            throw manifests.Host.Fault(
                "INVALID_RESPONSE", $"Cannot list {referrer.Digest} as a referrer of {subject}: {manifests.Name} took an index under tag "
                    + $"{TagOf(subject)}, but does not give it back. Store attestations in another registry.");
        }
    }

    /// <summary>
    /// Takes out entries whose manifests were deleted: some registries accept an index only while they hold everything it names, so that
    /// one deleted referrer would keep all later ones from being listed.
    /// </summary>
    private async Task<bool> RemoveDeletedAsync(ReferrerIndex index, CancellationToken cancellationToken)
    {
        bool removed = false;
        foreach (var entry in index.Entries.Take(MaximumLookedFor))
        {
            if (await manifests.ResolveAsync(entry.Digest.ToString(), cancellationToken).ConfigureAwait(false) is null)
            {
                index.Remove(entry.Digest);
                removed = true;
            }
        }

        return removed;
    }

    private Task<RegistryResponse> WriteAsync(Digest subject, Descriptor referrer, ReferrerIndex index, CancellationToken cancellationToken)
    {
        byte[] content = index.Serialize();
        if (content.Length > ManifestDocument.MaximumSize)
        {
            throw manifests.Host.Fault(
                "LIMIT", $"Cannot list {referrer.Digest} as a referrer of {subject}: the index under tag {TagOf(subject)} of {manifests.Name} "
                    + "is full. Remove old referrers.");
        }

        return manifests.SendAsync(TagOf(subject), MediaTypes.Index, content, cancellationToken);
    }

    /// <summary>The index as it is now, to be written back: it must be one.</summary>
    private async Task<ReferrerIndex> ReadAsync(Digest subject, CancellationToken cancellationToken)
    {
        var found = await FetchAsync(subject, cancellationToken).ConfigureAwait(false);
        try
        {
            return found is null ? ReferrerIndex.Empty() : ReferrerIndex.Parse(found.Content);
        }
        catch (ManifestFormatException exception)
        {
            throw manifests.Host.Fault(
                "INVALID_RESPONSE",
                $"Cannot list referrers of {subject}: tag {TagOf(subject)} of {manifests.Name} holds something else ({exception.Message}). "
                    + "Remove the tag if nobody needs it.",
                isTransient: false,
                exception);
        }
    }

    private async Task<FetchedManifest?> FetchAsync(Digest subject, CancellationToken cancellationToken)
    {
        var found = await manifests.FetchAsync(TagOf(subject), cancellationToken).ConfigureAwait(false);

        // Some registries (GitLab's) read the tag as the digest and answer the subject itself, which may well be an index.
        return found is null || Digest.Of(subject.Algorithm, found.Content) == subject ? null : found;
    }

    private Task SettleAsync(CancellationToken cancellationToken)
    {
        double delay = options.FallbackSettleDelay.TotalMilliseconds;
        return Task.Delay(TimeSpan.FromMilliseconds(delay + (delay * RandomNumberGenerator.GetInt32(0, 1000) / 2000)), time, cancellationToken);
    }
}
