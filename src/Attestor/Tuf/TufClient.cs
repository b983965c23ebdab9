using System.Globalization;

namespace Provenance.Attestor.Tuf;

/// <summary>
/// Updates a cache from a repository by the client workflow of The Update Framework 1.0 (section 5). Whatever does not hold ends the
/// update; what was verified before that stays. One at a time updates a cache.
/// </summary>
/// <param name="mirror">The repository.</param>
/// <param name="cache">The cache.</param>
/// <param name="builtInRoot">The root that trust begins with where neither the caller nor the cache has one; null where none is known.</param>
/// <param name="time">The clock that expiry is judged by.</param>
public sealed class TufClient(TufMirror mirror, TufCache cache, byte[]? builtInRoot, TimeProvider time)
{
    /// <summary>How large a target may be: 8 MiB.</summary>
    public const int MaximumTargetSize = 8 << 20;

    private static readonly TimeSpan UpdateTimeout = TimeSpan.FromMinutes(5);

    private readonly List<string> remarks = [];

    /// <summary>Whether a name can be that of a target here: one segment of a path, with nothing in it that a file system or a URL would read otherwise.</summary>
    public static bool IsTargetName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= 128 && char.IsAsciiLetterOrDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
    }

    /// <summary>Brings the cache up to date.</summary>
    /// <param name="givenRoot">The root that trust begins with from now on; null for the one of before, or the built-in one.</param>
    /// <param name="required">The targets that are needed.</param>
    /// <param name="optional">The targets that are taken where the repository has them.</param>
    /// <param name="cancellationToken">Ends the update; what was verified stays.</param>
    /// <exception cref="TufException">Something does not hold, or cannot be had; see its codes.</exception>
    public async Task<TufUpdate> UpdateAsync(
        byte[]? givenRoot, IReadOnlyList<string> required, IReadOnlyList<string> optional, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(required);
        ArgumentNullException.ThrowIfNull(optional);
        if (required.Concat(optional).FirstOrDefault(static name => !IsTargetName(name)) is { } odd)
        {
            throw new TufException(TufException.Target, $"\"{Envelopes.StrictJson.Excerpt(odd)}\" cannot be the name of a target: letters, digits, full stops, hyphens and underscores, no folders.");
        }

        using var timeout = new CancellationTokenSource(UpdateTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await UpdateCacheAsync(givenRoot, required, optional, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TufException(TufException.Unreachable, $"The update from {mirror.Address} took more than {UpdateTimeout.TotalMinutes} minutes and was given up. Try again.", e);
        }
    }

    private async Task<TufUpdate> UpdateCacheAsync(
        byte[]? givenRoot, IReadOnlyList<string> required, IReadOnlyList<string> optional, CancellationToken cancellationToken)
    {
        using var turn = await cache.LockAsync(time, cancellationToken).ConfigureAwait(false);
        remarks.Clear();

        // Fixed, so that what holds at the beginning holds at the end (section 5.1).
        var now = time.GetUtcNow();
        var first = RootChain.ReadFirst(givenRoot, cache, builtInRoot);
        var known = RootChain.FollowCache(first, cache, Drop);
        var root = await RootChain.FollowMirrorAsync(known, mirror, cache, cancellationToken).ConfigureAwait(false);
        root.File.RequireFresh(now);

        var oldTimestamp = ReadCached(TimestampRole.FileName, TimestampRole.MaximumSize, content => TimestampRole.Read(content, root));
        var timestamp = await UpdateTimestampAsync(root, oldTimestamp, now, cancellationToken).ConfigureAwait(false);
        var oldSnapshot = ReadCached(SnapshotRole.FileName, SnapshotRole.MaximumSize, content => SnapshotRole.Read(content, root, SnapshotRole.FileName));
        var snapshot = await UpdateSnapshotAsync(root, timestamp, oldSnapshot, now, cancellationToken).ConfigureAwait(false);
        var oldTargets = ReadCached(TargetsRole.FileName, TargetsRole.MaximumSize, content => TargetsRole.Read(content, root, TargetsRole.FileName), isOutdated: !known.Targets.IsSameAs(root.Targets));
        var targets = await FindTargetsAsync(root, snapshot, oldTargets, now, cancellationToken).ConfigureAwait(false);

        var files = new List<TufTarget>();
        foreach (string name in required.Concat(optional.Where(targets.Files.ContainsKey)).Distinct(StringComparer.Ordinal))
        {
            files.Add(await UpdateTargetAsync(root, targets, name, cancellationToken).ConfigureAwait(false));
        }

        Keep(first, givenRoot is not null, root, oldTargets, targets);
        return new TufUpdate
        {
            Roles =
            [
                new RoleState("root", root.File.Version, known.File.Version, root.File.Expires),
                new RoleState("timestamp", timestamp.File.Version, oldTimestamp?.File.Version, timestamp.File.Expires),
                new RoleState("snapshot", snapshot.File.Version, oldSnapshot?.File.Version, snapshot.File.Expires),
                new RoleState("targets", targets.File.Version, oldTargets?.File.Version, targets.File.Expires),
            ],
            Targets = files,
            Remarks = [.. remarks],
        };
    }

    // Section 5.4.
    private async Task<TimestampRole> UpdateTimestampAsync(RootRole root, TimestampRole? old, DateTimeOffset now, CancellationToken cancellationToken)
    {
        byte[] content = await mirror.GetAsync(TimestampRole.FileName, TimestampRole.MaximumSize, cancellationToken).ConfigureAwait(false);
        var fetched = TimestampRole.Read(content, root);
        if (old is not null && fetched.File.Version == old.File.Version)
        {
            old.File.RequireFresh(now);
            return old;
        }

        if (old is not null)
        {
            fetched.RequireNotBefore(old);
        }

        fetched.File.RequireFresh(now);
        cache.Write(cache.RolePath(TimestampRole.FileName), content);
        return fetched;
    }

    // Section 5.5.
    private async Task<SnapshotRole> UpdateSnapshotAsync(RootRole root, TimestampRole timestamp, SnapshotRole? old, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (old is not null && IsListed(old.File, timestamp.Snapshot))
        {
            old.File.RequireFresh(now);
            return old;
        }

        string name = NameOf(root, timestamp.Snapshot, SnapshotRole.FileName);
        byte[] content = await FetchAsync(name, timestamp.Snapshot, SnapshotRole.MaximumSize, TimestampRole.FileName, cancellationToken).ConfigureAwait(false);
        var fetched = SnapshotRole.Read(content, root, name);
        RequireVersion(fetched.File, timestamp.Snapshot, TimestampRole.FileName);
        if (old is not null)
        {
            fetched.RequireNotBefore(old);
        }

        fetched.File.RequireFresh(now);
        cache.Write(cache.RolePath(SnapshotRole.FileName), content);
        return fetched;
    }

    // Section 5.6, but for keeping it: the targets come first, so that who reads the cache finds what it lists.
    private async Task<TargetsRole> FindTargetsAsync(RootRole root, SnapshotRole snapshot, TargetsRole? old, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var targets = old;
        if (targets is null || !IsListed(targets.File, snapshot.Targets))
        {
            string name = NameOf(root, snapshot.Targets, TargetsRole.FileName);
            targets = TargetsRole.Read(await FetchAsync(name, snapshot.Targets, TargetsRole.MaximumSize, snapshot.File.Name, cancellationToken).ConfigureAwait(false), root, name);
            RequireVersion(targets.File, snapshot.Targets, snapshot.File.Name);
        }

        targets.File.RequireFresh(now);
        return targets;
    }

    // Section 5.7.
    private async Task<TufTarget> UpdateTargetAsync(RootRole root, TargetsRole targets, string name, CancellationToken cancellationToken)
    {
        var listed = targets.Get(name);
        string path = cache.TargetPath(name, listed);
        if (TufCache.Read(path, MaximumTargetSize) is { } cached)
        {
            if (listed.Matches(cached))
            {
                return new TufTarget(name, cached, IsNew: false);
            }

            remarks.Add($"The cached {path} is not the file that {targets.File.Name} lists; it is fetched again.");
        }

        string file = root.ConsistentSnapshot ? $"targets/{listed.Prefix}.{name}" : $"targets/{name}";
        byte[] content = await FetchAsync(file, listed, MaximumTargetSize, targets.File.Name, cancellationToken).ConfigureAwait(false);
        cache.Write(path, content);
        return new TufTarget(name, content, IsNew: true);
    }

    private void Keep(RootRole first, bool isGiven, RootRole root, TargetsRole? oldTargets, TargetsRole targets)
    {
        // One of a line that was left, or a damaged one: it would stop everybody who reads the cache.
        TufCache.Delete(cache.RootPath(root.File.Version + 1));
        if (isGiven)
        {
            cache.Write(cache.FirstRoot, first.File.Content.Span);
        }

        if (!ReferenceEquals(oldTargets, targets))
        {
            cache.Write(cache.RolePath(TargetsRole.FileName), targets.File.Content.Span);
        }

        cache.WriteMirror(mirror.Address);
        cache.DeleteTargetsExcept(
            targets.Files.Concat(oldTargets?.Files ?? new Dictionary<string, ListedFile>()).Select(entry => cache.TargetPath(entry.Key, entry.Value)).ToHashSet(StringComparer.Ordinal));
    }

    private async Task<byte[]> FetchAsync(string name, ListedFile listed, int maximumSize, string by, CancellationToken cancellationToken)
    {
        if (listed.Length > maximumSize)
        {
            throw new TufException(TufException.Limit, $"{by} lists {name} with {listed.Length} bytes; at most {maximumSize} are read.");
        }

        try
        {
            byte[] content = await mirror.GetAsync(name, listed.Length ?? maximumSize, cancellationToken).ConfigureAwait(false);
            listed.Require(content, name, by);
            return content;
        }
        catch (TufException e) when (e.Code == TufException.Limit && listed.Length is { } length)
        {
            throw new TufException(TufException.Hash, $"The {name} has more than the {length} bytes that {by} lists.", e);
        }
    }

    private T? ReadCached<T>(string fileName, int maximumSize, Func<byte[], T> read, bool isOutdated = false)
        where T : class
    {
        string path = cache.RolePath(fileName);
        if (TufCache.Read(path, maximumSize) is not { } content)
        {
            return null;
        }

        try
        {
            return read(content);
        }
        catch (TufException e)
        {
            // After a change of keys, that the old ones signed it is no damage.
            if (!isOutdated)
            {
                Drop(path, e);
            }

            return null;
        }
    }

    private void Drop(string path, TufException why) =>
        remarks.Add($"The cached {path} is not used, and fetched again: {why.Message}");

    private static bool IsListed(MetadataFile file, ListedFile listed) => file.Version == listed.Version && listed.Matches(file.Content.Span);

    private static string NameOf(RootRole root, ListedFile listed, string fileName) =>
        root.ConsistentSnapshot ? string.Create(CultureInfo.InvariantCulture, $"{listed.Version}.{fileName}") : fileName;

    private static void RequireVersion(MetadataFile file, ListedFile listed, string by)
    {
        if (file.Version != listed.Version)
        {
            throw new TufException(TufException.Version, $"The {file.Name} has the version {file.Version}; {by} lists {listed.Version}.");
        }
    }
}
