namespace Provenance.Attestor.Tuf;

/// <summary>
/// What a cache holds, verified from the first root on without a connection. When a timestamp or a snapshot expires only says that it
/// is time for an update; the root and the targets are what trust rests on.
/// </summary>
public sealed class CachedTrust
{
    private readonly TufCache cache;
    private readonly TargetsRole targets;

    private CachedTrust(TufCache cache, RootRole root, TargetsRole targets)
    {
        this.cache = cache;
        this.targets = targets;
        Roles =
        [
            new RoleState("root", root.File.Version, null, root.File.Expires),
            new RoleState("targets", targets.File.Version, null, targets.File.Expires),
        ];
    }

    /// <summary>The root and the targets.</summary>
    public IReadOnlyList<RoleState> Roles { get; }

    /// <summary>From when on nothing of it must be trusted any more: when the first of the two expires.</summary>
    public DateTimeOffset Expires => Roles.Min(static role => role.Expires);

    /// <summary>Where the repository is from which the cache was filled.</summary>
    public string? Mirror => cache.FindMirror();

    /// <summary>The folder of the cache.</summary>
    public string Folder => cache.Folder;

    /// <summary>Opens a cache; null where nothing was ever put into it.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="builtInRoot">The root that trust begins with where none was given when the cache was filled.</param>
    /// <exception cref="TufException">The cache does not hold.</exception>
    public static CachedTrust? Open(TufCache cache, byte[]? builtInRoot)
    {
        ArgumentNullException.ThrowIfNull(cache);
        cache.RefuseStrangers();
        if (TufCache.Read(cache.RolePath(TargetsRole.FileName), TargetsRole.MaximumSize) is not { } content)
        {
            return null;
        }

        try
        {
            var root = RootChain.FollowCache(RootChain.ReadFirst(null, cache, builtInRoot), cache, static (_, why) => throw why);
            return new CachedTrust(cache, root, TargetsRole.Read(content, root, cache.RolePath(TargetsRole.FileName)));
        }
        catch (TufException e)
        {
            throw Broken(cache, e.Message, e);
        }
    }

    /// <summary>A file of the cache; null where the cache does not have it.</summary>
    /// <exception cref="TufException"><c>TUF_CACHE</c>: it is not the file that the targets list.</exception>
    public TufTarget? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!TufClient.IsTargetName(name) || !targets.Files.TryGetValue(name, out var listed) || TufCache.Read(cache.TargetPath(name, listed), TufClient.MaximumTargetSize) is not { } content)
        {
            return null;
        }

        return listed.Matches(content) ? new TufTarget(name, content, IsNew: false) : throw Broken(cache, $"{name} is not the file that {TargetsRole.FileName} lists");
    }

    private static TufException Broken(TufCache cache, string what, Exception? cause = null) =>
        new(TufException.Cache, $"The cache {cache.Folder} does not hold: {what.TrimEnd('.')}. Run provenance trust update, or remove the folder.", cause);
}
