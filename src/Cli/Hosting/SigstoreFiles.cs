using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Witnesses;

namespace Provenance.Cli.Hosting;

/// <summary>
/// The signing config and the trusted root of a Sigstore instance, which may be replaced while it is signed with, such as in a mounted
/// ConfigMap. A file that cannot be read any more is warned of, and what it said before holds.
/// </summary>
internal sealed class SigstoreFiles
{
    private readonly Lock gate = new();
    private readonly Func<SigningConfig> config;
    private readonly Func<TrustedRoot> root;
    private readonly Func<SigningConfig, TrustedRoot, Func<SigstoreInstance>, SigstoreInstance> describe;
    private (SigningConfig Config, TrustedRoot Root, SigstoreInstance Instance)? latest;

    /// <param name="config">The signing config; null for that of the public instance.</param>
    /// <param name="root">The trusted root; null for that of the public instance.</param>
    /// <param name="describe">Makes the instance of what the files say; it is handed where to ask for the newest.</param>
    /// <param name="warn">Hears that a file was changed and cannot be used.</param>
    /// <param name="time">The clock.</param>
    public SigstoreFiles(
        string? config, string? root, Func<SigningConfig, TrustedRoot, Func<SigstoreInstance>, SigstoreInstance> describe, Action<string> warn, TimeProvider time)
    {
        this.describe = describe;
        this.config = Open(config, "signing config", SigningConfig.MaximumSize, InstanceFiles.ParseSigningConfig, SigningConfig.ReadPublicGood, warn, time);
        this.root = Open(root, "trusted root", TrustedRoot.MaximumSize, InstanceFiles.ParseTrustedRoot, TrustedRoot.ReadPublicGood, warn, time);
    }

    /// <summary>The instance as the files describe it now.</summary>
    public SigstoreInstance Current()
    {
        lock (gate)
        {
            var (chosen, trusted) = (config(), root());
            if (latest is not { } known || !ReferenceEquals(known.Config, chosen) || !ReferenceEquals(known.Root, trusted))
            {
                latest = known = (chosen, trusted, describe(chosen, trusted, Current));
            }

            return known.Instance;
        }
    }

    private static Func<T> Open<T>(string? path, string what, int maximumSize, Func<string, byte[], T> parse, Func<T> builtIn, Action<string> warn, TimeProvider time)
        where T : class
    {
        if (path is null)
        {
            var fixedOne = builtIn();
            return () => fixedOne;
        }

        SmallFile.Require(path, what);
        bool isOpen = false;
        var file = new RereadFile<T>(
            path,
            maximumSize,
            bytes =>
            {
                try
                {
                    return parse(path, bytes);
                }
                catch (CommandException e) when (isOpen)
                {
                    throw new FormatException(e.Message, e);
                }
            },
            time,
            warn);
        isOpen = true;
        return () => file.Current;
    }
}
