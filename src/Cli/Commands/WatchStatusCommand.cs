using System.CommandLine;
using System.Globalization;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;
using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Watching;
using Spectre.Console;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance watch status|retry|explain</c>: what the journal of a watcher, running or not, tells.</summary>
internal static class WatchStatusCommand
{
    public static void AddTo(Command watch)
    {
        watch.Subcommands.Add(Status());
        watch.Subcommands.Add(Retry());
        watch.Subcommands.Add(Explain());
    }

    private static Command Status()
    {
        var data = WatchData.Option();
        var command = new Command("status", "Count the runs of a watcher's journal by state, and list those put aside") { data };
        command.SetAction(parsed =>
        {
            var history = LedgerHistory.Read(WatchData.ExistingJournalOf(parsed.GetRequiredValue(data)));
            var console = Terminal.Open();
            var table = new Table { Border = TableBorder.None };
            table.AddColumn("state").AddColumn(new TableColumn("runs").RightAligned());
            foreach (var group in history.Runs.GroupBy(static r => r.State).OrderBy(static g => g.Key, StringComparer.Ordinal))
            {
                table.AddRow(group.Key, group.Count().ToString(CultureInfo.InvariantCulture));
            }

            if (history.SettledBefore > 0)
            {
                table.AddRow("settled before", history.SettledBefore.ToString(CultureInfo.InvariantCulture));
            }

            console.Write(table);
            foreach (var run in history.Runs.Where(static r => r.IsDeadLetter))
            {
                console.WriteLine(HarmlessText.LineOf($"{run.Run!.Run}  {run.Reason!.Code}: {run.Reason.Message}"), new Style(Color.Yellow));
                console.WriteLine(HarmlessText.LineOf($"  provenance watch retry {run.Run.Uid}"));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Retry()
    {
        var data = WatchData.Option();
        var run = new Argument<string>("RUN") { Description = "The UID or name of a run that was put aside, or all" };
        var command = new Command("retry", "Ask the running watcher to take up runs again that were put aside") { run, data };
        command.SetAction(parsed =>
        {
            string journal = WatchData.ExistingJournalOf(parsed.GetRequiredValue(data));
            string wanted = parsed.GetRequiredValue(run);
            var letters = LedgerHistory.Read(journal).Runs.Where(static r => r.IsDeadLetter).Where(r => wanted is RetryRequests.All || Names(r, wanted)).ToList();
            foreach (var letter in letters)
            {
                RetryRequests.Leave(journal, letter.Run!.Uid);
                Console.WriteLine(HarmlessText.LineOf($"asked for {letter.Run.Run}"));
            }

            return letters.Count > 0 || wanted is RetryRequests.All
                ? ExitCodes.Success
                : throw new CommandException(ExitCodes.Usage, $"No run that was put aside is called {wanted}. See them with: provenance watch status");
        });
        return command;
    }

    private static Command Explain()
    {
        var data = WatchData.Option();
        var run = new Argument<string>("RUN") { Description = "A run's UID, name, or namespace/name" };
        var command = new Command("explain", "Say what became of a run, and why") { run, data };
        command.SetAction(parsed =>
        {
            string wanted = parsed.GetRequiredValue(run);
            var found = LedgerHistory.Read(WatchData.ExistingJournalOf(parsed.GetRequiredValue(data))).Runs.Where(r => Names(r, wanted)).ToList();
            if (found.Count is 0)
            {
                throw new CommandException(ExitCodes.Failed, $"The journal has no run called {wanted}. It was not over when last seen, is of a kind or namespace that is not watched, or was settled long ago: ask for its artifact with provenance lookup DIGEST.");
            }

            foreach (var history in found)
            {
                Write(history);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static bool Names(RunHistory history, string wanted) =>
        history.Run is { } run && (run.Uid == wanted || run.Name == wanted || $"{run.Namespace}/{run.Name}" == wanted || run.InvocationId == wanted);

    private static void Write(RunHistory history)
    {
        var run = history.Run!;
        Console.WriteLine(HarmlessText.LineOf($"{run.Run}  {history.State}"));
        Line("uid", run.Uid);
        Line("ended as", $"{run.State} {run.Reason}".TrimEnd());
        Line("finished", run.FinishedOn?.ToString("u", CultureInfo.InvariantCulture));
        Line("observed", run.ObservedOn.ToString("u", CultureInfo.InvariantCulture) + (run.IsBacklog ? ", over already when the watching began" : ""));
        Line("statement", history.Statement);
        Line("bundle", history.Bundle);
        foreach (string attestation in history.Settled?.Attestations is { Count: > 0 } settled ? settled : [.. history.Attestations])
        {
            Line("stored", attestation);
        }

        Line("settled", history.Settled?.SettledOn.ToString("u", CultureInfo.InvariantCulture));
        foreach (var problem in (history.Settled?.Problems ?? run.Problems).Concat(history.Reason is { } reason ? [reason] : []))
        {
            Line("problem", $"{problem.Code}: {problem.Message}");
        }
    }

    private static void Line(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Console.WriteLine(HarmlessText.LineOf($"  {name,-10}{value}"));
        }
    }
}
