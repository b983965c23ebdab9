namespace Provenance.Bench.Watch;

/// <summary>How the benchmark is run.</summary>
/// <param name="Json">Whether one JSON object is printed instead of a table.</param>
/// <param name="Quick">Whether only 5,000 runs are measured, once.</param>
/// <param name="Rounds">How often a rate is measured; the median counts.</param>
/// <param name="Only">The one measurement that is wanted; null for all.</param>
/// <param name="Environment">Variables for the watcher's process, <c>NAME=VALUE</c>.</param>
internal sealed record WatcherSettings(bool Json, bool Quick, int Rounds, string? Only, IReadOnlyList<string> Environment)
{
    private static readonly string[] Names = ["5000", "20000", "live", "100000", "takeover", "resync"];

    /// <summary>Reads the arguments after the benchmark's name; null where one of them means nothing.</summary>
    public static WatcherSettings? Parse(IEnumerable<string> arguments) => MeasuringArguments.Parse(arguments, Names) is { } given
        ? new WatcherSettings(given.Json, given.Quick, given.Rounds, given.Only, given.Environment)
        : null;
}
