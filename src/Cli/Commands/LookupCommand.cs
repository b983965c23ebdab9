using System.CommandLine;
using System.Text.Json;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance lookup DIGEST</c>.</summary>
internal static class LookupCommand
{
    public static Command Create()
    {
        var digest = new Argument<string>("DIGEST") { Description = "algorithm:hex: sha256, sha512, or a commit as sha1 or gitCommit" };
        var data = CommonOptions.Data();
        var output = CommonOptions.Output();
        var command = new Command("lookup", "Tell everything that is known of a digest: the bytes, the attestations, what it was made from and what was made from it") { digest, data, output };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetRequiredValue(digest), new DataLayout(parsed.GetRequiredValue(data)), parsed.GetValue(output), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string digest, DataLayout layout, OutputFormat output, CancellationToken cancellationToken)
    {
        digest = digest.Length is 64 && !digest.Contains(':', StringComparison.Ordinal) ? "sha256:" + digest : digest;
        if (!DigestText.IsValid(digest))
        {
            throw new CommandException(ExitCodes.Usage, $"\"{digest}\" is no digest. Write algorithm:hex, in full, with sha256, sha512, sha1 or gitCommit.");
        }

        await using var store = await StoreConnection.OpenAsync(layout, cancellationToken)
            ?? throw new CommandException(ExitCodes.Usage, $"There is no store in {layout.Folder}. Name the data folder with --data DIR, or make one with: provenance up");
        var found = await LookupClient.AskAsync(store.Address, digest, cancellationToken);
        if (output is OutputFormat.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(found, JsonOutput.Indented.DigestLookup));
        }
        else
        {
            LookupView.Write(Terminal.Open(), found, store.Registry);
        }

        return found.IsKnown ? ExitCodes.Success : ExitCodes.NoEvidence;
    }
}
