using System.Text.Json;

namespace Provenance.EndToEnd.Tests.Processes;

/// <summary>What a process that has ended left behind.</summary>
internal sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Standard output as one JSON value.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Standard output as one JSON object a line.</summary>
    public IReadOnlyList<JsonElement> JsonLines => [.. Lines(Output).Select(static line => JsonDocument.Parse(line).RootElement)];

    public IReadOnlyList<string> ErrorLines => Lines(Error);

    public CommandResult ShouldEndWith(int exitCode)
    {
        ExitCode.Should().Be(exitCode, "of \"{0}\", which wrote\n{1}\nand on standard error\n{2}", Command, Output, Error);
        return this;
    }

    /// <summary>The command ended with 2 and said in one line, without a stack trace, what is wrong.</summary>
    public CommandResult ShouldBeRefused(params string[] parts)
    {
        ShouldEndWith(2);
        string line = ErrorLines.Where(static l => !l.StartsWith("warning: ", StringComparison.Ordinal)).Should().ContainSingle("a person reads it: {0}", Error).Which;
        line.Should().StartWith("error: ");
        line.Should().ContainAll(parts);
        return this;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
