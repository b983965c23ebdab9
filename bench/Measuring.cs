using System.Globalization;
using System.Runtime.InteropServices;

namespace Provenance.Bench;

/// <summary>What benchmarks that start other processes have in common: they end when they are told to, or take too long, and print figures.</summary>
internal static class Measuring
{
    /// <summary>Measures until it is done, a signal comes or patience ends; returns the status to exit with.</summary>
    public static async Task<int> RunAsync(TimeSpan patience, Func<CancellationToken, Task> measure)
    {
        using var ending = new CancellationTokenSource(patience);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        try
        {
            await measure(ending.Token);
            return 0;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(FormattableString.Invariant($"Stopped by a signal, or because {patience.TotalMinutes} minutes have passed."));
            return 1;
        }
    }

    /// <summary>Prints figures as a table under a title, or as one JSON object.</summary>
    public static void Print(string title, IEnumerable<Figure> figures, bool json)
    {
        if (json)
        {
            Console.WriteLine($"{{{string.Join(',', figures.Select(static f => string.Create(CultureInfo.InvariantCulture, $"\"{f.Name}\":{f.Value:0.###}")))}}}");
            return;
        }

        Console.WriteLine(title + "\n");
        foreach (var figure in figures)
        {
            string value = figure.Value.ToString(figure.Value >= 100 ? "F0" : figure.Value >= 10 ? "F1" : "0.###", CultureInfo.InvariantCulture);
            Console.WriteLine($"  {figure.Sentence,-66} {value,8} {figure.Unit,-4}  {figure.Goal,-16}  {figure.Peer}".TrimEnd());
        }
    }
}
