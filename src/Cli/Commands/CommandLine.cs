using System.CommandLine;
using System.CommandLine.Help;

namespace Provenance.Cli.Commands;

/// <summary>The commands, of which only the one that is asked for is made: making them all takes longer than a verification.</summary>
internal static class CommandLine
{
    /// <summary>The names of the commands, in the order of <c>--help</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["up", "attest", "attest-blob", "sign-bundle", "watch", "store", "verify", "verify-bundle", "bundle", "trust", "lookup", "key"];

    /// <summary>The root with the command that the arguments name first, or with all of them where they begin with none: for help and completions.</summary>
    public static RootCommand Create(string[] args)
    {
        var root = new RootCommand("Gives every artifact that a pipeline makes a signed, verifiable origin.");
        root.Options.OfType<HelpOption>().Single().Action = new HelpText();
        if (args is [var first, ..] && Find(first) is { } only)
        {
            root.Subcommands.Add(only);
            return root;
        }

        foreach (string name in Names)
        {
            root.Subcommands.Add(Find(name)!);
        }

        return root;
    }

    private static Command? Find(string name) => name switch
    {
        "up" => UpCommand.Create(),
        "attest" => AttestCommand.Create(),
        "attest-blob" => AttestBlobCommand.Create(),
        "sign-bundle" => SignBundleCommand.Create(),
        "watch" => WatchCommand.Create(),
        "store" => StoreCommand.Create(),
        "verify" => VerifyCommand.Create(),
        "verify-bundle" => VerifyBundleCommand.Create(),
        "bundle" => BundleCommand.Create(),
        "trust" => TrustCommand.Create(),
        "lookup" => LookupCommand.Create(),
        "key" => KeyCommand.Create(),
        _ => null,
    };
}
