using System.CommandLine;
using Provenance.ArtifactStore.Configuring;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Policies;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Tuf;
using Provenance.Cli.Reporting;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Kubernetes.Configuring;
using Provenance.Watcher.Runs.Mapped;

namespace Provenance.Cli;

/// <summary>Runs a command: every expected fault becomes one sentence on standard error and an exit code.</summary>
internal static class CommandRunner
{
    /// <summary>The command that may take its time when it is told to end.</summary>
    public const string DrainingCommand = "store";

    public static async Task<int> InvokeAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (UsageProblems.Any(parsed))
        {
            foreach (string problem in UsageProblems.Of(parsed))
            {
                await Console.Error.WriteLineAsync(HarmlessText.Of(problem));
            }

            return ExitCodes.Usage;
        }

        try
        {
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
            if (parsed.CommandResult.Command.Name is DrainingCommand)
            {
                // It ends by itself once running requests have had the time that they were promised.
                configuration.ProcessTerminationTimeout = Timeout.InfiniteTimeSpan;
            }

            return await parsed.InvokeAsync(configuration);
        }
        catch (OperationCanceledException)
        {
            // Commands that may be ended at any time end well by themselves. All others have not done what they were asked for.
            await Console.Error.WriteLineAsync("error: stopped before the answer was known.");
            return ExitCodes.Error;
        }
        catch (Exception e) when (ExitCodeOf(e) is { } exitCode)
        {
            await Console.Error.WriteLineAsync("error: " + HarmlessText.Of(TextOf(e)));
            return exitCode;
        }
    }

    /// <summary>The message, after the code by which the documentation lists it.</summary>
    private static string TextOf(Exception exception) => exception switch
    {
        SigningServiceException signing => $"{signing.Code}: {signing.Message}",
        TufException trust => $"{trust.Code}: {trust.Message}",
        _ => exception.Message,
    };

    private static int? ExitCodeOf(Exception exception) => exception switch
    {
        CommandException command => command.ExitCode,
        KeyException or PolicyException or TrustedRootException or SigningConfigException or DocumentException or DataFolderException or RunKindFileException
            or ClusterConfigurationException or ConfigurationException => ExitCodes.Usage,
        TufException { Code: TufException.Root or TufException.Target or TufException.Cache } => ExitCodes.Usage,
        TufException { Code: TufException.Unreachable or TufException.NotFound } => ExitCodes.Error,
        TufException => ExitCodes.Failed,
        SigningServiceException { Code: SigningServiceException.NoIdentity } => ExitCodes.Usage,
        SigningServiceException or RegistryException or KubernetesApiException or HttpRequestException or IOException or UnauthorizedAccessException => ExitCodes.Error,
        _ => null,
    };
}
