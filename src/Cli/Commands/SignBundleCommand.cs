using System.CommandLine;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Statements;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance sign-bundle FILE</c>: the client protocol of sigstore-conformance. Signs as an identity, without a key.</summary>
internal sealed class SignBundleCommand
{
    private readonly Option<bool> staging = new("--staging") { Description = "Sign with Sigstore's staging instance; its trusted root and signing config have to be given" };
    private readonly Option<bool> inToto = new("--in-toto") { Description = "FILE is an in-toto statement; sign it as an attestation (DSSE)" };
    private readonly Option<string> bundle = new("--bundle") { Description = "The file for the bundle; one that is there is replaced", HelpName = "FILE", Required = true };
    private readonly SigstoreOptions sigstore = new();
    private readonly Argument<string> artifact = new("FILE") { Description = "The artifact, or with --in-toto the statement" };

    public static Command Create()
    {
        var options = new SignBundleCommand();
        var command = new Command("sign-bundle", "Sign a file as the identity of a token and write a bundle of Sigstore; with the public instance unless another is named")
        {
            options.staging, options.inToto, options.bundle, options.artifact,
        };
        options.sigstore.AddTo(command);
        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(staging) && !sigstore.IsInstanceGiven(parsed))
        {
            throw new CommandException(ExitCodes.Usage, "The services and the trusted root of Sigstore's staging instance change often and are not built in. Name them with --trusted-root FILE and --signing-config FILE.");
        }

        string file = parsed.GetRequiredValue(artifact);
        if (!File.Exists(file))
        {
            throw new CommandException(ExitCodes.Usage, Directory.Exists(file) ? $"{file} is a folder; name a file." : $"There is no file {file}.");
        }

        string path = parsed.GetRequiredValue(bundle);
        WholeFile.RequirePlace(path);

        byte[]? statement = parsed.GetValue(inToto) ? await ReadStatementAsync(file, cancellationToken) : null;
        MemoryDumps.Forbid();
        using var http = ServiceClient.Create();
        using var signer = sigstore.OpenKeyless(parsed, sigstore.OpenInstance(parsed, http, isPublicByDefault: true), http);
        byte[] signed = statement is not null
            ? await signer.SignAsync(statement, cancellationToken)
            : await signer.SignArtifactAsync((await NamedArtifact.ReadAsync(file, cancellationToken)).Hash, cancellationToken);
        WholeFile.Write(path, signed);
        Console.WriteLine(HarmlessText.LineOf($"signed    {signer.Name}"));
        Console.WriteLine(HarmlessText.LineOf($"bundle    {path}"));
        return ExitCodes.Success;
    }

    // Its bytes are signed as they are, so that they must be what verifiers accept.
    private static async Task<byte[]> ReadStatementAsync(string file, CancellationToken cancellationToken)
    {
        byte[] content = await SmallFile.ReadAsync(file, "statement", Envelope.MaximumPayloadSize, cancellationToken);
        try
        {
            StatementReader.Read(content);
            return content;
        }
        catch (EvidenceException e)
        {
            throw new CommandException(ExitCodes.Usage, $"{file} is no in-toto statement: {e.Message}");
        }
    }
}
