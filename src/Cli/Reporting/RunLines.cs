using System.Globalization;
using Provenance.Attestor.Attesting;
using Provenance.Watcher.Delivering;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Writes what became of runs: one line a run for people, one JSON object a run for programs.</summary>
internal sealed class RunLines(bool json, IAnsiConsole console) : IDeliveryObserver
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);

    private readonly List<DeliveryReport> attested = [];
    private readonly Dictionary<DeliveryOutcome, int> counts = [];
    private long lastProgress = TimeProvider.System.GetTimestamp();

    /// <summary>The last runs that have an attestation, at most 1,000.</summary>
    public IReadOnlyList<DeliveryReport> Attested => attested;

    public int Count(DeliveryOutcome outcome) => counts.GetValueOrDefault(outcome);

    public int Total => counts.Values.Sum();

    public void Report(DeliveryReport report)
    {
        counts[report.Outcome] = Count(report.Outcome) + 1;
        if (report.Subjects.Any(static s => s.Attestation is not null))
        {
            attested.Add(report);
            if (attested.Count > 1000)
            {
                attested.RemoveAt(0);
            }
        }

        if (json)
        {
            Console.Out.WriteLine(System.Text.Json.JsonSerializer.Serialize(RunRecord.From(report), JsonOutput.Line.RunRecord));
            return;
        }

        // One line each: what a run or its steps are called must not look like what we say of another run.
        console.WriteLine(HarmlessText.LineOf(Line(report)), Style(report.Outcome));
        foreach (var problem in Shown(report))
        {
            console.WriteLine($"                  {HarmlessText.LineOf(problem)}", new Style(Color.Yellow));
        }
    }

    public void Progress(int done, int total)
    {
        if (TimeProvider.System.GetElapsedTime(lastProgress) > ProgressInterval)
        {
            lastProgress = TimeProvider.System.GetTimestamp();
            Console.Error.WriteLine($"... {done} of {total} runs");
        }
    }

    private static string Line(DeliveryReport report)
    {
        string start = $"{RunRecord.Name(report.Outcome),-16}  {report.Run}";
        if (report.Subjects.Count is 0)
        {
            return report.Problems.Count is 0 ? start : $"{start}  {report.Problems[^1].Code}: {WithoutRun(report.Problems[^1].Message, report.Run)}";
        }

        string more = report.Subjects.Count > 1 ? $" and {report.Subjects.Count - 1} more" : "";
        var first = report.Subjects.FirstOrDefault(static s => s.Attestation is not null) ?? report.Subjects[0];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{start}  {first.Name}@{Short(first)}{more}  ->  {Short(first.Attestation)}{(report.Outcome is DeliveryOutcome.Attested ? $"  {report.Elapsed.TotalMilliseconds:F0} ms" : "")}");
    }

    /// <summary>The problems that the line itself does not tell.</summary>
    private static IEnumerable<string> Shown(DeliveryReport report)
    {
        int told = report.Subjects.Count is 0 ? 1 : 0;
        return report.Problems.Take(Math.Max(0, report.Problems.Count - told)).Select(p => $"{p.Code}: {WithoutRun(p.Message, report.Run)}");
    }

    private static string WithoutRun(string message, string run) =>
        message.StartsWith(run + ": ", StringComparison.Ordinal) ? message[(run.Length + 2)..] : message;

    private static string Short(AttestedSubject subject) => subject.Digest.ToString()[..(subject.Digest.Algorithm.Name.Length + 13)];

    private static string Short(ArtifactStore.Registries.Reference? reference) =>
        reference is null ? "not stored" : reference.Digest is { } digest ? $"{reference.Name}@{digest.ToString()[..19]}" : reference.Name;

    private static Style Style(DeliveryOutcome outcome) => new(outcome switch
    {
        DeliveryOutcome.Attested => Color.Green,
        DeliveryOutcome.Failed => Color.Red,
        DeliveryOutcome.NotAttested => Color.Yellow,
        _ => Color.Default,
    });
}
