using System.CommandLine;
using Provenance.Attestor.Signing;
using Provenance.Cli.Hosting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance key generate</c> and <c>provenance key show</c>.</summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--out") { Description = "The file for the private key; the public key goes beside it as .pub", Required = true, HelpName = "FILE" };
        var withoutPassphrase = new Option<bool>("--no-passphrase") { Description = "Write the private key unencrypted" };
        var generate = new Command("generate", $"Make an ECDSA P-256 signing key. The passphrase comes from ${Passphrases.Variable} or the terminal.") { file, withoutPassphrase };
        generate.SetAction(parsed => Generate(parsed.GetRequiredValue(file), parsed.GetValue(withoutPassphrase)));
        var reference = new Argument<string>("KEY") { Description = SigningKey.Description };
        var show = new Command("show", "Print the public half of a signing key, for those who verify") { reference };
        show.SetAction((parsed, cancellationToken) => ShowAsync(parsed.GetRequiredValue(reference), cancellationToken));
        return new Command("key", "Make signing keys, and show their public halves") { generate, show };
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

    private static async Task<int> ShowAsync(string reference, CancellationToken cancellationToken)
    {
        using var opened = await SigningKey.OpenAsync(reference, cancellationToken);
        var key = opened.Signer.PublicKey;

        // Text before a PEM block is a remark (RFC 7468, section 2), so that the whole output is a key file too.
        Console.WriteLine($"fingerprint  sha256:{key.Fingerprint}");
        Console.WriteLine("algorithm    ECDSA P-256 with SHA-256");
        foreach (var earlier in await opened.Signer.FindEarlierKeysAsync(cancellationToken))
        {
            Console.WriteLine($"before it    sha256:{earlier.Fingerprint}  (verifies only)");
        }

        Console.Write(key.ToPem());
        return ExitCodes.Success;
    }
}
