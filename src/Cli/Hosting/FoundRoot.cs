using Provenance.Attestor.Trust;
using Provenance.Attestor.Tuf;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Hosting;

/// <summary>The trusted root by which signatures are verified, and where it was found. Finding it opens no connection.</summary>
internal sealed record FoundRoot(TrustedRoot Root, TrustedRootRecord Place)
{
    public static FoundRoot Read(string path) => new(InstanceFiles.ReadTrustedRoot(path), TrustedRootRecord.InFile(path));

    /// <summary>That of the public Sigstore instance: as <c>trust update</c> fetched it, else the built-in one.</summary>
    /// <exception cref="CommandException">The fetched one has expired.</exception>
    /// <exception cref="TufException">The cache does not hold.</exception>
    public static FoundRoot OfPublicInstance() => FindFetched(PublicGood.Mirror) ?? new FoundRoot(TrustedRoot.ReadPublicGood(), TrustedRootRecord.BuiltIn);

    /// <summary>That of Sigstore's staging instance.</summary>
    /// <exception cref="CommandException">It has not been fetched, or has expired.</exception>
    /// <exception cref="TufException">The cache does not hold.</exception>
    public static FoundRoot OfStagingInstance() => FindFetched(PublicGood.StagingMirror) ?? throw new CommandException(
        ExitCodes.Usage,
        "The trusted root of Sigstore's staging instance changes often and is not built in. Run provenance trust update --staging --root FILE, or name it with --trusted-root FILE.");

    private static FoundRoot? FindFetched(Uri mirror) =>
        TrustSource.FindOf(mirror) is { } source && source.FindTrustedRoot(TimeProvider.System) is { } root ? new FoundRoot(root, TrustedRootRecord.InCache(source.Cache.Folder)) : null;
}
