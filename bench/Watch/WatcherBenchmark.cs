using System.Globalization;
using System.Runtime.InteropServices;

namespace Provenance.Bench.Watch;

/// <summary>
/// <c>provenance watch</c> as a process of its own, with its journal on the disk of the temporary folder, against a cluster and a registry
/// in this process, which take their share of the same processors.
/// </summary>
internal static class WatcherBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>Measures and prints; returns the status to exit with.</summary>
    public static async Task<int> RunAsync(WatcherSettings settings)
    {
        using var ending = new CancellationTokenSource(Patience);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        var figures = new List<Figure>();
        try
        {
            foreach (var (name, measure) in Measurements(settings, ending.Token))
            {
                if (settings.Only is null || settings.Only == name)
                {
                    figures.AddRange(await measure());
                }
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(FormattableString.Invariant($"Stopped by a signal, or because {Patience.TotalMinutes} minutes have passed."));
            return 1;
        }

        Print(figures, settings.Json);
        return 0;
    }

    private static IEnumerable<(string Name, Func<Task<IReadOnlyList<Figure>>> Measure)> Measurements(WatcherSettings settings, CancellationToken cancellationToken)
    {
        yield return ("5000", () => BacklogMeasurement.RunAsync(settings, 5000, cancellationToken));
        if (settings.Quick)
        {
            yield break;
        }

        yield return ("20000", () => BacklogMeasurement.RunAsync(settings, 20_000, cancellationToken));
        yield return ("live", () => LiveMeasurement.RunAsync(settings, cancellationToken));
        yield return ("100000", () => LiveMeasurement.DrainAsync(settings, 100_000, cancellationToken));
        yield return ("takeover", () => TakeoverMeasurement.RunAsync(settings, cancellationToken));
        yield return ("resync", () => ResyncMeasurement.RunAsync(settings, 10_000, cancellationToken));
    }

    private static void Print(List<Figure> figures, bool json)
    {
        if (json)
        {
            Console.WriteLine($"{{{string.Join(',', figures.Select(static f => string.Create(CultureInfo.InvariantCulture, $"\"{f.Name}\":{f.Value:0.###}")))}}}");
            return;
        }

        Console.WriteLine("provenance watch: cluster, registry and watcher on one machine; TaskRuns of one subject; journal on disk\n");
        foreach (var figure in figures)
        {
            string value = figure.Value.ToString(figure.Value >= 100 ? "F0" : figure.Value >= 10 ? "F1" : "0.###", CultureInfo.InvariantCulture);
            Console.WriteLine($"  {figure.Sentence,-66} {value,8} {figure.Unit,-3}  {figure.Goal,-16}  {figure.Peer}".TrimEnd());
        }
    }
}
