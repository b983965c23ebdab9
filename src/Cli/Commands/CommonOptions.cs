using System.CommandLine;
using Provenance.Attestor.Attesting;
using Provenance.Watcher.Runs;

namespace Provenance.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public const string BuilderIdVariable = "PROVENANCE_BUILDER_ID";

    public static Option<OutputFormat> Output() => new("--output", "-o")
    {
        Description = "text for people, json for programs",
        DefaultValueFactory = static _ => OutputFormat.Text,
    };

    public static Option<string> Data() => new("--data")
    {
        Description = "The data folder",
        DefaultValueFactory = static _ => Hosting.DataLayout.DefaultFolder,
        HelpName = "DIR",
    };

    public static Option<string?> BuilderId() => new("--builder-id")
    {
        Description = $"The URI by which verifiers know this platform instance (or ${BuilderIdVariable})",
        HelpName = "URI",
        DefaultValueFactory = static _ => Environment.GetEnvironmentVariable(BuilderIdVariable),
    };

    public static Option<string?> Repository() => new("--repository")
    {
        Description = "Store attestations in this repository, host/name",
        HelpName = "REPO",
    };

    public static Option<bool> BesideSubject() => new("--beside-subject")
    {
        Description = "Store attestations of images in the image's own repository, and only the others in --repository",
    };

    public static Option<BuildTypeOption> BuildType() => new("--build-type")
    {
        Description = "native: recorded artifacts only; chains: what Tekton Chains' slsa/v2alpha4 emits, type hints included, for migration",
        DefaultValueFactory = static _ => BuildTypeOption.Native,
    };

    public static Option<bool> ChainsDeepInspection() => new("--chains-deep-inspection")
    {
        Description = "With --build-type chains: read the results of a PipelineRun's tasks as well",
    };

    public static Option<bool> AttestUnsuccessful() => new("--attest-unsuccessful")
    {
        Description = "Attest runs that failed, were cancelled or timed out as well; the statement says so",
    };

    /// <summary>Checks what the operator must say, and warns of what is unwise.</summary>
    public static AttestorOptions CheckedAttestorOptions(string builderId)
    {
        var options = new AttestorOptions { BuilderId = builderId };
        if (options.Validate() is { Count: > 0 } problems)
        {
            throw new CommandException(ExitCodes.Usage, string.Join(Environment.NewLine, problems));
        }

        foreach (string warning in options.Lint())
        {
            Console.Error.WriteLine("warning: " + warning);
        }

        return options;
    }
}
