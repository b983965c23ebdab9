using Provenance.Attestor.Signing.References;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Hosting;

/// <summary>What <c>--key</c> names.</summary>
internal static class SigningKey
{
    public const string Description = "The signing key: a file (PEM, encrypted PEM, cosign.key), a folder (a mounted Secret), hashivault://NAME, awskms:///KEY or pkcs11:...";

    /// <summary>Opens the key, and warns of what is unwise about it.</summary>
    public static async Task<OpenedSigner> OpenAsync(string reference, CancellationToken cancellationToken)
    {
        var opened = await SignerReference.OpenAsync(reference, Passphrases.ForReading, TimeProvider.System, cancellationToken);
        foreach (string problem in opened.Problems)
        {
            await Console.Error.WriteLineAsync("warning: " + HarmlessText.Of(problem));
        }

        return opened;
    }
}
