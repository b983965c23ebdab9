using System.CommandLine;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance bundle inspect FILE</c>.</summary>
internal static class BundleCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A bundle of Sigstore" };
        var inspect = new Command("inspect", "Show what a bundle claims, without verifying any of it") { file };
        inspect.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(file);
            byte[] content = await SmallFile.ReadAsync(path, "bundle", Bundle.MaximumSize, cancellationToken);
            try
            {
                BundleView.Write(Terminal.Open(), path, BundleInspection.Read(content));
                return ExitCodes.Success;
            }
            catch (EvidenceException e)
            {
                throw new CommandException(ExitCodes.Failed, $"{path} is no bundle that can be read: {e.Code}: {e.Message}");
            }
        });
        return new Command("bundle", "Look at bundles of Sigstore") { inspect };
    }
}
