using System.CommandLine;
using System.CommandLine.Parsing;

namespace Provenance.Cli;

/// <summary>What is wrong with a command line, and where to read on.</summary>
internal static class UsageProblems
{
    /// <summary>One line a problem, the last of which names the help of the command that was meant.</summary>
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string path = PathOf(parsed.CommandResult);
        var problems = command.Subcommands.Count > 0 && command.Action is null
            ? [Missing(command, path, parsed.UnmatchedTokens)]
            : parsed.UnmatchedTokens.Count > 0 && parsed.Tokens[0].Type is not TokenType.Command
                ? [$"Options follow the command: provenance {path["provenance".Length..].TrimStart()} ... {parsed.Tokens[0].Value}"]
                : parsed.Errors.Select(static e => e.Message);
        return [.. problems, $"See: {path} --help"];
    }

    private static string Missing(Command command, string path, IReadOnlyList<string> unmatched)
    {
        if (unmatched is not [var given, ..])
        {
            return $"What is to be done? {path} has the commands {string.Join(", ", command.Subcommands.Select(static c => c.Name))}.";
        }

        string? near = command.Subcommands.Select(static c => c.Name).MinBy(name => Distance(name, given));
        string problem = given.StartsWith('-') ? $"{path} has no option {given}." : $"{path} has no command {given}.";
        return near is not null && Distance(near, given) <= 2 ? $"{problem} Did you mean {near}?" : problem;
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "provenance";

    /// <summary>How many letters have to be added, left out or exchanged to make one word of the other (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        if (other.Length > 32)
        {
            return int.MaxValue;
        }

        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
