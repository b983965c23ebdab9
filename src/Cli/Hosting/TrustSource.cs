using Provenance.Attestor.Trust;
using Provenance.Attestor.Tuf;

namespace Provenance.Cli.Hosting;

/// <summary>A repository of trusted roots, and where it is cached on this machine.</summary>
internal sealed record TrustSource(Uri Mirror, TufCache Cache, byte[]? BuiltInRoot)
{
    public const string TrustedRootName = "trusted_root.json";

    public const string SigningConfigName = "signing_config.v0.2.json";

    /// <summary>A repository, cached in a folder of its own below <paramref name="folder"/>, or where the user's caches are.</summary>
    public static TrustSource Of(Uri mirror, string? folder) => In(
        mirror,
        folder ?? FindUserFolder() ?? throw new CommandException(ExitCodes.Usage, "There is no folder for the cache: neither XDG_CACHE_HOME nor a home folder is an absolute path. Name one with --data."));

    /// <summary>A repository, cached where the user's caches are; null where there is no such folder.</summary>
    public static TrustSource? FindOf(Uri mirror) => FindUserFolder() is { } folder ? In(mirror, folder) : null;

    /// <summary>How the options of <c>trust update</c> name this repository; empty for that of the public instance.</summary>
    public string UpdateOptions => Mirror == PublicGood.Mirror ? "" : Mirror == PublicGood.StagingMirror ? ", with --staging" : $", with --mirror {Mirror}";

    /// <summary>What is cached; null where nothing is. Opens no connection.</summary>
    /// <exception cref="TufException">The cache does not hold.</exception>
    public CachedTrust? FindCached() => CachedTrust.Open(Cache, BuiltInRoot);

    /// <summary>Refuses a cache that has expired.</summary>
    public void RequireFresh(CachedTrust cached, TimeProvider time)
    {
        if (cached.Expires <= time.GetUtcNow())
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"The trusted root of {Mirror.Host} in {cached.Folder} expired at {cached.Expires:yyyy-MM-dd HH:mm:ss}Z. Run provenance trust update, or name one with --trusted-root FILE.");
        }
    }

    /// <summary>
    /// The cached trusted root; null where nothing is cached. One that has expired is refused: the built-in one is older still, and may
    /// trust what has been revoked since.
    /// </summary>
    public TrustedRoot? FindTrustedRoot(TimeProvider time)
    {
        if (FindCached() is not { } cached || cached.Find(TrustedRootName) is not { } target)
        {
            return null;
        }

        RequireFresh(cached, time);
        return TrustedRoot.Parse(target.Content);
    }

    private static TrustSource In(Uri mirror, string folder) => new(
        mirror,
        new TufCache(Path.Combine(folder, "trust", TufMirror.FolderNameOf(mirror))),
        mirror == PublicGood.Mirror ? PublicGood.ReadRoot() : null);

    // Relative paths are ignored, as the XDG base directory specification says: what lies in the working folder is not the user's to trust.
    private static string? FindUserFolder()
    {
        string? folder = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathFullyQualified(folder ?? string.Empty))
        {
            folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache");
        }

        return Path.IsPathFullyQualified(folder!) ? Path.Combine(folder!, "provenance") : null;
    }
}
