using System.CommandLine;
using Provenance.Attestor.Signing;
using Provenance.Cli.Hosting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance key generate</c>.</summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--out") { Description = "The file for the private key; the public key goes beside it as .pub", Required = true, HelpName = "FILE" };
        var withoutPassphrase = new Option<bool>("--no-passphrase") { Description = "Write the private key unencrypted" };
        var generate = new Command("generate", $"Make an ECDSA P-256 signing key. The passphrase comes from ${Passphrases.Variable} or the terminal.") { file, withoutPassphrase };
        generate.SetAction(parsed => Generate(parsed.GetRequiredValue(file), parsed.GetValue(withoutPassphrase)));
        return new Command("key", "Make signing keys") { generate };
    }

    private static int Generate(string file, bool withoutPassphrase)
    {
        MemoryDumps.Forbid();
        string? passphrase = withoutPassphrase ? null : Passphrases.ForNewKey();
        if (!withoutPassphrase && string.IsNullOrEmpty(passphrase))
        {
            throw new CommandException(ExitCodes.Usage, $"No passphrase. Set {Passphrases.Variable}, or say --no-passphrase to write the key unencrypted.");
        }

        var key = KeyFile.Generate(file, passphrase);
        Console.WriteLine($"private key  {file}{(passphrase is null ? "  (not encrypted: whoever reads this file can sign)" : "  (encrypted by passphrase)")}");
        Console.WriteLine($"public key   {KeyFile.PublicPathOf(file)}");
        Console.WriteLine($"fingerprint  sha256:{key.Fingerprint}");
        return ExitCodes.Success;
    }
}
