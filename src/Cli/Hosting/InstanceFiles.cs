using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Trust;

namespace Provenance.Cli.Hosting;

/// <summary>Reads the two files that describe a Sigstore instance; what is wrong is said with the file's name.</summary>
internal static class InstanceFiles
{
    public static TrustedRoot ReadTrustedRoot(string path) => ParseTrustedRoot(path, SmallFile.Read(path, "trusted root", TrustedRoot.MaximumSize));

    public static TrustedRoot ParseTrustedRoot(string path, byte[] content)
    {
        try
        {
            return TrustedRoot.Parse(content);
        }
        catch (TrustedRootException e)
        {
            throw new CommandException(ExitCodes.Usage, $"{path} cannot be used as a trusted root (trusted_root.json): {e.Message}");
        }
    }

    public static SigningConfig ParseSigningConfig(string path, byte[] content)
    {
        try
        {
            return SigningConfig.Parse(content);
        }
        catch (SigningConfigException e)
        {
            throw new CommandException(ExitCodes.Usage, $"{path} cannot be used as a signing config (signing_config.json): {e.Message}");
        }
    }
}
