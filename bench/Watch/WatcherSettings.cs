using System.Globalization;

namespace Provenance.Bench.Watch;

/// <summary>How the benchmark is run.</summary>
/// <param name="Json">Whether one JSON object is printed instead of a table.</param>
/// <param name="Quick">Whether only 5,000 runs are measured, once.</param>
/// <param name="Rounds">How often a rate is measured; the median counts.</param>
/// <param name="Only">The one measurement that is wanted; null for all.</param>
/// <param name="Environment">Variables for the watcher's process, <c>NAME=VALUE</c>.</param>
internal sealed record WatcherSettings(bool Json, bool Quick, int Rounds, string? Only, IReadOnlyList<string> Environment)
{
    public static WatcherSettings Parse(string[] args)
    {
        bool quick = args.Contains("--quick");
        int rounds = Values(args, "--rounds") is [{ } text, ..] ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : quick ? 1 : 3;
        return new WatcherSettings(args.Contains("--json"), quick, rounds, Values(args, "--only").FirstOrDefault(), Values(args, "--env"));
    }

    private static List<string> Values(string[] args, string option) =>
        [.. args.Zip(args.Skip(1)).Where(pair => pair.First == option).Select(static pair => pair.Second)];
}
