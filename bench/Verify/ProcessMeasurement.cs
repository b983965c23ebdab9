using System.Diagnostics;
using Provenance.Bench.Watch;
using Provenance.Testing;

namespace Provenance.Bench.Verify;

/// <summary>
/// A verification as whoever types it waits for it: the program from its start to its end, in turn with cosign, which verifies the same
/// bundle under the same trusted root. The median counts, and more than it the ratio.
/// </summary>
/// <param name="cosign">Where cosign is; null where it is not.</param>
internal sealed class ProcessMeasurement(string? cosign)
{
    private const int Rounds = 20;

    private static readonly string Program = Repository.PathOf("src", "Cli", "bin", "Release", "net10.0", "provenance");

    /// <summary>Measures one verification; both programs have to accept the bundle.</summary>
    /// <param name="name">What the figures are called in JSON.</param>
    /// <param name="sentence">What it is, for people.</param>
    /// <param name="ours">Our arguments.</param>
    /// <param name="theirs">cosign's.</param>
    public IReadOnlyList<Figure> Run(string name, string sentence, string[] ours, string[] theirs)
    {
        var own = new List<double>();
        var peer = new List<double>();
        Time(Program, ours);
        for (int round = 0; round < Rounds; round++)
        {
            own.Add(Time(Program, ours));
            if (cosign is not null)
            {
                peer.Add(Time(cosign, theirs));
            }
        }

        double median = Statistics.Median(own);
        var figures = new List<Figure> { new($"ms_process_{name}", $"whole process: {sentence}", median, "ms") { Peer = cosign is null ? "cosign is not there (COSIGN)" : "" } };
        if (cosign is not null)
        {
            double theirMedian = Statistics.Median(peer);
            figures.Add(new Figure($"ms_process_{name}_cosign", "  cosign, the same", theirMedian, "ms"));
            figures.Add(new Figure($"ratio_process_{name}", "  ratio", median / theirMedian, "x") { AtMost = 3 });
        }

        return figures;
    }

    private static double Time(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        long started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        double time = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return process.ExitCode is 0 ? time : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}");
    }
}
