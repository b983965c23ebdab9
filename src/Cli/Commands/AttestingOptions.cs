using System.CommandLine;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Cli.Reporting;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Mapped;

namespace Provenance.Cli.Commands;

/// <summary>The options of the commands that attest: what is collected, who built, and where attestations go.</summary>
internal sealed class AttestingOptions
{
    public const string BuilderIdVariable = "PROVENANCE_BUILDER_ID";

    private readonly Option<string?> builderId = new("--builder-id")
    {
        Description = $"The URI by which verifiers know this platform instance (or ${BuilderIdVariable})",
        HelpName = "URI",
        DefaultValueFactory = static _ => Environment.GetEnvironmentVariable(BuilderIdVariable),
    };

    private readonly Option<string?> repository = new("--repository")
    {
        Description = "Store attestations in this repository, host/name",
        HelpName = "REPO",
    };

    private readonly Option<bool> besideSubject = new("--beside-subject")
    {
        Description = "Store attestations of images in the image's own repository, and only the others in --repository",
    };

    private readonly Option<string[]> allowRegistry = new("--allow-registry")
    {
        Description = "Store attestations beside images of this registry, or part of it, only; may be given several times",
        HelpName = "HOST[/PATH]",
        DefaultValueFactory = static _ => [],
    };

    private readonly Option<BuildTypeOption> buildType = new("--build-type")
    {
        Description = "native (the default): recorded artifacts only; chains: what Tekton Chains' slsa/v2alpha4 emits, type hints included, for migration",
        HelpName = "native|chains",
    };

    private readonly Option<bool> chainsDeepInspection = new("--chains-deep-inspection")
    {
        Description = "With --build-type chains: read the results of a PipelineRun's tasks as well",
    };

    private readonly Option<bool> attestUnsuccessful = new("--attest-unsuccessful")
    {
        Description = "Attest runs that failed, were cancelled or timed out as well; the statement says so",
    };

    private readonly Option<string[]> runKinds = new("--run-kinds")
    {
        Description = "Mapping files that describe further kinds of runs (docs/run-kinds.md); may be given several times",
        HelpName = "FILE",
        DefaultValueFactory = static _ => [],
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[builderId, repository, besideSubject, allowRegistry, buildType, chainsDeepInspection, attestUnsuccessful, runKinds])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The builder id as given; null where none is.</summary>
    public string? BuilderId(ParseResult parsed) => parsed.GetValue(builderId) is { Length: > 0 } given ? given : null;

    public CollectOptions Collect(ParseResult parsed) => new()
    {
        BuildType = parsed.GetValue(buildType),
        ChainsDeepInspection = parsed.GetValue(chainsDeepInspection),
        AttestUnsuccessful = parsed.GetValue(attestUnsuccessful),
    };

    /// <summary>The kinds of runs that mapping files describe.</summary>
    public IReadOnlyList<IRunKind> MappedKinds(ParseResult parsed) => [.. parsed.GetRequiredValue(runKinds).SelectMany(RunKindFile.Load)];

    /// <summary>Where attestations go; null where nothing was said of it.</summary>
    public AttestationDestination? Destination(ParseResult parsed)
    {
        bool beside = parsed.GetValue(besideSubject);
        IReadOnlyList<RegistryScope>? allowed = parsed.GetRequiredValue(allowRegistry) is { Length: > 0 } scopes ? [.. scopes.Select(Scope)] : null;
        if (parsed.GetValue(repository) is not { } text)
        {
            return beside || allowed is not null ? new AttestationDestination { BesideImages = true, Allowed = allowed } : null;
        }

        return Reference.TryParse(text, out var reference, out string? problem)
            ? new AttestationDestination { Repository = reference, BesideImages = beside, Allowed = allowed }
            : throw new CommandException(ExitCodes.Usage, $"--repository: {problem}. Write it as host[:port]/name.");
    }

    /// <summary>Checks what the operator must say, and warns of what is unwise.</summary>
    public static AttestorOptions Checked(string builderId)
    {
        var options = Validated(builderId);
        foreach (string warning in options.Lint())
        {
            Console.Error.WriteLine("warning: " + HarmlessText.Of(warning));
        }

        return options;
    }

    /// <summary>Refuses what does not hold before anything is made or opened for it.</summary>
    public void Require(ParseResult parsed)
    {
        Destination(parsed);
        MappedKinds(parsed);
        if (BuilderId(parsed) is { } given)
        {
            Validated(given);
        }
    }

    private static AttestorOptions Validated(string builderId)
    {
        var options = new AttestorOptions { BuilderId = builderId };
        return options.Validate() is { Count: > 0 } problems ? throw new CommandException(ExitCodes.Usage, string.Join(Environment.NewLine, problems)) : options;
    }

    private static RegistryScope Scope(string text) => RegistryScope.TryParse(text, out var scope, out string? problem)
        ? scope
        : throw new CommandException(ExitCodes.Usage, $"--allow-registry: {problem}. Write it as host[:port] or host[:port]/path.");
}
