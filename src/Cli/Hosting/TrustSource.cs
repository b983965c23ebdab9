using Provenance.Attestor.Trust;
using Provenance.Attestor.Tuf;

namespace Provenance.Cli.Hosting;

/// <summary>A repository of trusted roots, and where it is cached on this machine.</summary>
internal sealed record TrustSource(Uri Mirror, TufCache Cache, byte[]? BuiltInRoot)
{
    public const string TrustedRootName = "trusted_root.json";

    public const string SigningConfigName = "signing_config.v0.2.json";

    /// <summary>The public Sigstore instance, cached where users' caches are.</summary>
    public static TrustSource Public => Of(PublicGood.Mirror, folder: null);

    /// <summary>A repository, cached in a folder of its own below <paramref name="folder"/>, or where users' caches are.</summary>
    public static TrustSource Of(Uri mirror, string? folder) => new(
        mirror,
        new TufCache(Path.Combine(folder ?? UserFolder(), "trust", TufMirror.FolderNameOf(mirror))),
        mirror == PublicGood.Mirror ? PublicGood.ReadRoot() : null);

    /// <summary>What is cached; null where nothing is. Opens no connection.</summary>
    /// <exception cref="TufException">The cache does not hold.</exception>
    public CachedTrust? FindCached() => CachedTrust.Open(Cache, BuiltInRoot);

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

    // The XDG base directory specification ignores relative paths.
    private static string UserFolder() => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } folder && Path.IsPathFullyQualified(folder)
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache"),
        "provenance");
}
