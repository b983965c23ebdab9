using System.CommandLine;
using Provenance.Attestor.Trust;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance trust show [FILE]</c>.</summary>
internal static class TrustCommand
{
    public static Command Create()
    {
        var file = new Argument<string?>("FILE") { Description = "A trusted_root.json; without one, that of the public Sigstore instance, which is built in", Arity = ArgumentArity.ZeroOrOne };
        var show = new Command("show", "Show whom a trusted root trusts, and when") { file };
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var root = parsed.GetValue(file) is { } path
                ? TrustedRoot.Parse(await SmallFile.ReadAsync(path, "trusted root", TrustedRoot.MaximumSize, cancellationToken))
                : TrustedRoot.ReadPublicGood();
            TrustedRootView.Write(Terminal.Open(), root);
            return ExitCodes.Success;
        });
        return new Command("trust", "Look at trusted roots of Sigstore") { show };
    }
}
