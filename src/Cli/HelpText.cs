using System.Collections;
using System.CommandLine;
using System.CommandLine.Invocation;
using Provenance.Cli.Reporting;

namespace Provenance.Cli;

/// <summary>The text of <c>--help</c>: what a command is for, how it is called, and what its arguments and options mean.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    private const int LargestColumn = 44;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>An argument as it stands in a usage line: in brackets where it may be left out.</summary>
    public static string NameOf(Argument argument)
    {
        string name = $"<{argument.HelpName ?? argument.Name}>{(argument.Arity.MaximumNumberOfValues > 1 ? "..." : "")}";
        return argument.Arity.MinimumNumberOfValues is 0 ? $"[{name}]" : name;
    }

    /// <summary>An option with its value, as it stands in a usage line.</summary>
    public static string NameOf(Option option) => option.Arity.MaximumNumberOfValues is 0 ? option.Name : $"{option.Name} <{option.HelpName ?? "VALUE"}>";

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        int width = Console.IsOutputRedirected || Console.WindowWidth <= 0 ? int.MaxValue : Console.WindowWidth;
        Write(output, "Description:", [.. WrappedText.LinesOf(command.Description ?? "", width - 2)]);
        Write(output, "Usage:", [.. UsagesOf(command).SelectMany(usage => WrappedText.LinesOf(usage, width - 2))]);
        Write(output, "Arguments:", Columns(command.Arguments.Where(static a => !a.Hidden).Select(static a => (NameOf(a).Trim('[', ']'), a.Description)), width));
        Write(output, "Options:", Columns(OptionsOf(command).Select(static o => (LabelOf(o), (string?)DescriptionOf(o))), width));
        Write(output, "Commands:", Columns(command.Subcommands.Where(static c => !c.Hidden).Select(static c => (string.Join(' ', c.Arguments.Select(NameOf).Prepend(c.Name)), c.Description)), width));
        return ExitCodes.Success;
    }

    private static void Write(TextWriter output, string title, List<string> lines)
    {
        if (lines.Count is 0)
        {
            return;
        }

        output.WriteLine(title);
        foreach (string line in lines)
        {
            output.WriteLine("  " + line);
        }

        output.WriteLine();
    }

    private static IEnumerable<string> UsagesOf(Command command)
    {
        string path = string.Join(' ', Path(command));
        if (command.Action is not null)
        {
            yield return string.Join(' ', [path, .. command.Arguments.Select(NameOf), .. command.Options.Where(static o => o.Required).Select(NameOf), "[options]"]);
        }

        if (command.Subcommands.Count > 0)
        {
            yield return $"{path} <command> [options]";
        }
    }

    private static List<string> Path(Command command)
    {
        var names = command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? Path(parent) : [];
        names.Add(command is RootCommand ? "provenance" : command.Name);
        return names;
    }

    /// <summary>The options of a command, and those that every command below another one has.</summary>
    private static IEnumerable<Option> OptionsOf(Command command)
    {
        var options = command.Options.AsEnumerable();
        for (var above = command.Parents.OfType<Command>().FirstOrDefault(); above is not null; above = above.Parents.OfType<Command>().FirstOrDefault())
        {
            options = options.Concat(above.Options.Where(static o => o.Recursive));
        }

        return options.Where(static o => !o.Hidden);
    }

    private static string LabelOf(Option option)
    {
        string names = string.Join(", ", option.Aliases.Append(option.Name).Where(static name => name[0] is not '/').OrderBy(static name => name.Length).ThenBy(static name => name, StringComparer.Ordinal));
        string value = option.Arity.MaximumNumberOfValues is 0 || option.HelpName is null ? "" : $" <{option.HelpName}>";
        return $"{names}{value}{(option.Required ? " (REQUIRED)" : "")}";
    }

    private static string DescriptionOf(Option option)
    {
        object? value = option is { HasDefaultValue: true } && option.Arity.MaximumNumberOfValues > 0 ? option.GetDefaultValue() : null;
        string text = value is IEnumerable several and not string ? string.Join(", ", several.Cast<object>()) : value?.ToString() ?? "";
        return text.Length is 0 ? option.Description ?? "" : $"{option.Description} [default: {text}]";
    }

    private static List<string> Columns(IEnumerable<(string Label, string? Text)> rows, int width)
    {
        var known = rows.ToList();
        int column = Math.Min(LargestColumn, known.Select(static r => r.Label.Length).Append(0).Max()) + 2;
        var lines = new List<string>();
        foreach (var (label, text) in known)
        {
            string start = label.PadRight(column);
            if (label.Length + 2 > column)
            {
                lines.Add(label);
                start = new string(' ', column);
            }

            foreach (string line in WrappedText.LinesOf(text ?? "", width - column - 2))
            {
                lines.Add((start + line).TrimEnd());
                start = new string(' ', column);
            }
        }

        return lines;
    }
}
