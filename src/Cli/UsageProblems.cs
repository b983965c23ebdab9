using System.CommandLine;
using System.CommandLine.Parsing;

namespace Provenance.Cli;

/// <summary>What is wrong with a command line, and where to read on.</summary>
internal static class UsageProblems
{
    /// <summary>Whether the command line cannot be meant. What looks like an option is none of the arguments, unless it stands behind "--".</summary>
    public static bool Any(ParseResult parsed) => parsed.Errors.Count > 0 || (parsed.Action is not HelpText && Misread(parsed).Count > 0);

    /// <summary>One line a problem, the last of which names the help of the command that was meant.</summary>
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string path = PathOf(parsed.CommandResult);
        string[] problems = command.Subcommands.Count > 0 && command.Action is null
            ? [WithoutCommand(command, path, parsed.UnmatchedTokens)]
            : parsed.UnmatchedTokens.Count > 0 && parsed.Tokens[0].Type is not TokenType.Command
                ? [$"Options follow the command: provenance {path["provenance".Length..].TrimStart()} ... {parsed.Tokens[0].Value}"]
                : [.. OfValues(parsed), .. OfSurplus(parsed, path), .. OfMissing(parsed, path)];
        return [.. problems.Length > 0 ? problems : parsed.Errors.Select(static e => e.Message), $"See: {path} --help"];
    }

    private static string WithoutCommand(Command command, string path, IReadOnlyList<string> unmatched)
    {
        if (unmatched is not [var given, ..])
        {
            return $"What is to be done? {path} has the commands {string.Join(", ", command.Subcommands.Select(static c => c.Name))}.";
        }

        string problem = given.StartsWith('-') ? $"{path} has no option {given}." : $"{path} has no command {given}.";
        return WithSuggestion(problem, given, command.Subcommands.Select(static c => c.Name));
    }

    /// <summary>Options that have no value, too many, or one that cannot be read.</summary>
    private static IEnumerable<string> OfValues(ParseResult parsed)
    {
        foreach (var error in parsed.Errors)
        {
            var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
            if (option?.IdentifierToken is not { } given)
            {
                continue;
            }

            string name = given.Value;
            yield return option.Tokens switch
            {
                [] => $"{name} needs a value: {HelpText.NameOf(option.Option)}.",
                [var value] when option.Option.ValueType == typeof(int) || option.Option.ValueType == typeof(int?) => $"{name} {value.Value} is no whole number.",
                [var value] when option.Option.HelpName?.Contains('|', StringComparison.Ordinal) is true => $"{name} {value.Value} is not one of {option.Option.HelpName.Replace("|", ", ", StringComparison.Ordinal)}.",
                _ => error.Message,
            };
        }
    }

    /// <summary>What the command does not take.</summary>
    private static IEnumerable<string> OfSurplus(ParseResult parsed, string path)
    {
        var command = parsed.CommandResult.Command;
        foreach (string given in Misread(parsed).Concat(parsed.UnmatchedTokens))
        {
            string arguments = string.Join(' ', command.Arguments.Select(HelpText.NameOf));
            yield return given is ['-', _, ..]
                ? WithSuggestion($"{path} has no option {given}.", given, command.Options.Select(static o => o.Name))
                : $"{given} is one too many: {path} takes {(arguments.Length is 0 ? "no arguments" : arguments)}.";
        }
    }

    /// <summary>Options that do not exist, and were taken for arguments.</summary>
    private static List<string> Misread(ParseResult parsed)
    {
        var misread = new List<string>();
        foreach (var argument in parsed.CommandResult.Command.Arguments)
        {
            foreach (var token in parsed.GetResult(argument)?.Tokens ?? [])
            {
                if (token.Value is ['-', _, ..] && !parsed.Tokens.Any(static t => t.Type is TokenType.DoubleDash))
                {
                    misread.Add(token.Value);
                }
            }
        }

        return misread;
    }

    private static IEnumerable<string> OfMissing(ParseResult parsed, string path)
    {
        var command = parsed.CommandResult.Command;
        string[] missing =
        [
            .. command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(a) is null or { Tokens.Count: 0 }).Select(HelpText.NameOf),
            .. command.Options.Where(o => o.Required && parsed.GetResult(o) is null or { Implicit: true }).Select(HelpText.NameOf),
        ];
        if (missing.Length > 0)
        {
            yield return $"{path} needs {string.Join(", ", missing)}.";
        }
    }

    private static string WithSuggestion(string problem, string given, IEnumerable<string> known)
    {
        string? near = known.MinBy(name => Distance(name, given));
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
