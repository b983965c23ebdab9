using Provenance.Attestor.Signing;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Hosting;

/// <summary>The private key of a file that a command is given.</summary>
internal static class SigningKey
{
    /// <summary>Loads it; what is wrong with the file is said on standard error.</summary>
    public static KeySigner Load(string path)
    {
        MemoryDumps.Forbid();
        var loaded = KeyFile.LoadSigner(path, Passphrases.ForReading);
        foreach (string problem in loaded.Problems)
        {
            Console.Error.WriteLine("warning: " + HarmlessText.Of(problem));
        }

        return loaded.Signer;
    }
}
