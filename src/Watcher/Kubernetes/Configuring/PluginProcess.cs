using System.ComponentModel;
using System.Diagnostics;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>Runs a credential plugin: one minute, one mebibyte of answer; its own words for people go to our standard error.</summary>
internal static class PluginProcess
{
    private const int MaximumAnswer = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs the plugin and gives what it wrote.</summary>
    /// <exception cref="ClusterConfigurationException">It cannot be started, fails, takes too long or writes too much.</exception>
    public static async Task<byte[]> RunAsync(PluginCommand command, TimeProvider time, CancellationToken cancellationToken)
    {
        using var process = Start(command);
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            process.StandardInput.Close();
            byte[] answer = await ReadAsync(command, process.StandardOutput.BaseStream, either.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
            return process.ExitCode is 0
                ? answer
                : throw Failure(command, $"ended with {process.ExitCode}; what it says is on standard error");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure(command, $"gave no answer in {Patience.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(PluginCommand command)
    {
        var start = new ProcessStartInfo(command.Command) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in command.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = command.ExecutionDocument;
        try
        {
            return Process.Start(start) ?? throw Failure(command, "could not be started");
        }
        catch (Win32Exception e)
        {
            throw Failure(command, $"could not be started: {e.Message}. {command.InstallHint}".TrimEnd());
        }
    }

    private static async Task<byte[]> ReadAsync(PluginCommand command, Stream stream, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        byte[] piece = new byte[16384];
        for (int read; (read = await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            answer.Write(piece, 0, read);
            if (answer.Length > MaximumAnswer)
            {
                throw Failure(command, $"wrote more than {MaximumAnswer} bytes");
            }
        }

        return answer.ToArray();
    }

    private static ClusterConfigurationException Failure(PluginCommand command, string what) =>
        new($"{command.Place}: the credential plugin {command.Command} {what}.");
}
