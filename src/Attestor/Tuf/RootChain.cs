namespace Provenance.Attestor.Tuf;

/// <summary>The roots from the one that trust begins with to the newest (TUF 1.0, section 5.3).</summary>
internal static class RootChain
{
    /// <summary>How many new roots one update reads; a repository that has more gives them to the next one.</summary>
    public const int MaximumRotations = 256;

    /// <summary>The root that trust begins with: the one given, else the one that was given when the cache was filled, else the one built in.</summary>
    /// <exception cref="TufException"><c>TUF_ROOT</c>.</exception>
    public static RootRole ReadFirst(byte[]? given, TufCache cache, byte[]? builtIn)
    {
        if (given is not null)
        {
            return RootRole.ReadFirst(given, "given root");
        }

        if (TufCache.Read(cache.FirstRoot, RootRole.MaximumSize) is { } cached)
        {
            return RootRole.ReadFirst(cached, cache.FirstRoot);
        }

        return builtIn is not null
            ? RootRole.ReadFirst(builtIn, "built-in root")
            : throw new TufException(TufException.Root, "There is no root to begin with. Get the repository's root.json over a way that you trust, and name it with --root FILE.");
    }

    /// <summary>Goes on from a root through those of the cache; one that does not follow is told, and ends the way.</summary>
    public static RootRole FollowCache(RootRole root, TufCache cache, Action<string, TufException> broken)
    {
        while (TufCache.Read(cache.RootPath(root.File.Version + 1), RootRole.MaximumSize) is { } content)
        {
            string path = cache.RootPath(root.File.Version + 1);
            try
            {
                root = root.ReadNext(content, path);
            }
            catch (TufException e)
            {
                broken(path, e);
                break;
            }
        }

        return root;
    }

    /// <summary>Goes on through those of the repository and keeps each one (sections 5.3.3 to 5.3.9).</summary>
    /// <exception cref="TufException">A root does not follow the one before it, or cannot be fetched.</exception>
    public static async Task<RootRole> FollowMirrorAsync(RootRole root, TufMirror mirror, TufCache cache, CancellationToken cancellationToken)
    {
        for (int i = 0; i < MaximumRotations; i++)
        {
            string name = Path.GetFileName(cache.RootPath(root.File.Version + 1));
            if (await mirror.FindAsync(name, RootRole.MaximumSize, cancellationToken).ConfigureAwait(false) is not { } content)
            {
                break;
            }

            var next = root.ReadNext(content, name);
            if (!next.Timestamp.IsSameAs(root.Timestamp) || !next.Snapshot.IsSameAs(root.Snapshot))
            {
                // Whoever had the old keys may have signed versions that no honest one ever reaches (section 5.3.11).
                TufCache.Delete(cache.RolePath(TimestampRole.FileName));
                TufCache.Delete(cache.RolePath(SnapshotRole.FileName));
            }

            cache.Write(cache.RootPath(next.File.Version), content);
            root = next;
        }

        return root;
    }
}
