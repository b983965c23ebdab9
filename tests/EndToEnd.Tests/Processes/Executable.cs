using System.Diagnostics;
using System.Runtime.InteropServices;
using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.Processes;

/// <summary>The real executable, run as a process of its own in an environment that knows nothing of the machine's settings.</summary>
internal static class Executable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "provenance");

    /// <summary>Where .NET is, for <c>DOTNET_ROOT</c>.</summary>
    public static string Runtime { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    public static string Samples { get; } = Repository.PathOf("samples", "runs");

    public static Task<CommandResult> RunAsync(params string[] arguments) => RunWithAsync("", new Dictionary<string, string>(), arguments);

    /// <summary>Runs it to its end; it is killed and the test fails where it takes more than a minute.</summary>
    public static async Task<CommandResult> RunWithAsync(string input, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return new CommandResult($"provenance {string.Join(' ', arguments)}", process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"provenance {string.Join(' ', arguments)} did not end within {Limit}.", e);
        }
        finally
        {
            Kill(process);
        }
    }

    public static Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in (string[])["PROVENANCE_BUILDER_ID", "PROVENANCE_PASSPHRASE", "COSIGN_PASSWORD", "SIGSTORE_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOCKER_CONFIG"] = AppContext.BaseDirectory;
        start.Environment["XDG_CACHE_HOME"] = System.IO.Path.Combine(AppContext.BaseDirectory, "no-cache");
        start.Environment["DOTNET_ROOT"] = Runtime;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Asks the process that was started here to end, as a supervisor does.</summary>
    public static void Terminate(Process process) => Signal(process.Id, 15).Should().Be(0);

    /// <summary>Lets the process that was started here crash, by a signal (SIGSYS) that .NET leaves to the kernel.</summary>
    public static void Crash(Process process) => Signal(process.Id, 31).Should().Be(0);

    /// <summary>Ends the process that was started here, at once, as a power cut would.</summary>
    public static void Kill(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
