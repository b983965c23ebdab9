namespace Provenance.Cli.Hosting;

/// <summary>Where passphrases of keys come from: the environment, or the terminal; never the command line, which others can read.</summary>
internal static class Passphrases
{
    public const string Variable = "PROVENANCE_PASSPHRASE";

    // What cosign's users have set already.
    private const string CosignVariable = "COSIGN_PASSWORD";

    /// <summary>The passphrase for reading a key; null where there is none to be had.</summary>
    public static string? ForReading() => FromEnvironment() ?? (Console.IsInputRedirected ? null : Prompt("Passphrase: "));

    /// <summary>The passphrase for a new key, asked for twice at a terminal; null where there is none to be had.</summary>
    public static string? ForNewKey()
    {
        if (FromEnvironment() is { } given)
        {
            return given;
        }

        if (Console.IsInputRedirected)
        {
            return null;
        }

        string first = Prompt("Passphrase: ");
        return first == Prompt("The same again: ")
            ? first
            : throw new CommandException(ExitCodes.Usage, "The two passphrases differ. Nothing was written.");
    }

    private static string? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) ?? Environment.GetEnvironmentVariable(CosignVariable);

    private static string Prompt(string prompt)
    {
        Console.Error.Write(prompt);
        var typed = new System.Text.StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key is not ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key is ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
