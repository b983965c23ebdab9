namespace Provenance.Cli;

/// <summary>A command cannot go on; the message says what is wrong and what to do.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
