namespace Provenance.Bench.Watch;

/// <summary>How the benchmark is run.</summary>
/// <param name="Json">Whether one JSON object is printed instead of a table.</param>
/// <param name="Quick">Whether only 5,000 runs are measured, once.</param>
/// <param name="Only">The one measurement that is wanted; null for all.</param>
/// <param name="Environment">Variables for the watcher's process, <c>NAME=VALUE</c>.</param>
internal sealed record WatcherSettings(bool Json, bool Quick, string? Only, IReadOnlyList<string> Environment)
{
    public static WatcherSettings Parse(string[] args)
    {
        var only = Values(args, "--only");
        return new WatcherSettings(args.Contains("--json"), args.Contains("--quick"), only.Count is 0 ? null : only[0], Values(args, "--env"));
    }

    private static List<string> Values(string[] args, string option) =>
        [.. args.Zip(args.Skip(1)).Where(pair => pair.First == option).Select(static pair => pair.Second)];
}
