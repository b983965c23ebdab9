using System.CommandLine;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance attest-blob ARTIFACT</c>: signs a predicate that somebody wrote about a file.</summary>
internal sealed class AttestBlobCommand
{
    private readonly Argument<string> artifact = new("ARTIFACT") { Description = "The file that the attestation is about, or its digest sha256:..." };
    private readonly Option<string> predicate = new("--predicate") { Description = "The predicate: a file with one JSON object", HelpName = "FILE", Required = true };
    private readonly Option<string> type = new("--type") { Description = $"The predicate's type: a URI, or {string.Join(", ", PredicateStatement.TypeNames)}", HelpName = "TYPE|URI", Required = true };
    private readonly Option<string> bundle = new("--bundle") { Description = "The file for the signed bundle; one that is there is replaced", HelpName = "FILE", Required = true };
    private readonly SigningOptions signing = new();

    public static Command Create()
    {
        var options = new AttestBlobCommand();
        var command = new Command("attest-blob", "Sign an attestation about a file and write it to a bundle") { options.artifact, options.predicate, options.type, options.bundle };
        options.signing.AddTo(command);
        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string given = parsed.GetRequiredValue(type);
        string predicateType = PredicateStatement.FindType(given)
            ?? throw new CommandException(ExitCodes.Usage, $"--type {given} is neither a URI nor one of {string.Join(", ", PredicateStatement.TypeNames)}.");
        string path = parsed.GetRequiredValue(bundle);
        WholeFile.RequirePlace(path);
        string file = parsed.GetRequiredValue(predicate);
        byte[] content = await SmallFile.ReadAsync(file, "predicate", PredicateStatement.MaximumSize, cancellationToken);
        var subject = await NamedArtifact.ReadAsync(parsed.GetRequiredValue(artifact), cancellationToken);
        byte[] statement = Write(subject, predicateType, content, file);
        using var opened = await signing.OpenAsync(parsed, cancellationToken);
        byte[] signed = await opened.Signer.SignAsync(statement, cancellationToken);
        WholeFile.Write(path, signed);
        Console.WriteLine(HarmlessText.LineOf($"subject   {subject.Digest}{(subject.Name is null ? "" : $"  {subject.Name}")}"));
        Console.WriteLine(HarmlessText.LineOf($"type      {predicateType}"));
        Console.WriteLine(HarmlessText.LineOf($"signed    {opened.Signer.Name}"));
        Console.WriteLine(HarmlessText.LineOf($"bundle    {path}"));
        return ExitCodes.Success;
    }

    private static byte[] Write(NamedArtifact subject, string predicateType, byte[] predicate, string file)
    {
        try
        {
            return PredicateStatement.Write(new ResourceDescriptor { Name = subject.Name, Digest = DigestSet.Of(subject.Digest) }, predicateType, predicate);
        }
        catch (EvidenceException e)
        {
            throw new CommandException(ExitCodes.Usage, $"{file}: {e.Message}");
        }
    }
}
