namespace Provenance.Bench.Store;

/// <summary>How the benchmark is run.</summary>
/// <param name="Json">Whether one JSON object is printed instead of a table.</param>
/// <param name="Quick">Whether each rate is measured once and for a second, and the long measurements are left out.</param>
/// <param name="Only">The one measurement that is wanted; null for all.</param>
/// <param name="Rounds">How often each server is measured, in turn; the median counts.</param>
/// <param name="Blobs">How many blobs the store starts with in the measurement of its start.</param>
/// <param name="Environment">Variables for the store's process, <c>NAME=VALUE</c>.</param>
internal sealed record StoreSettings(bool Json, bool Quick, string? Only, int Rounds, int Blobs, IReadOnlyList<string> Environment)
{
    private const string BlobsOption = "--blobs";

    /// <summary>The measurements by name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["get_1k", "head", "put_1k", "get_1m", "get_64m", "put_64m", "rss", "start"];

    /// <summary>How long one rate is measured.</summary>
    public TimeSpan Span => TimeSpan.FromSeconds(Quick ? 1 : 4);

    /// <summary>Whether a measurement is wanted.</summary>
    public bool Wants(string name) => Only is null ? !Quick || name is not ("rss" or "start") : Only == name;

    /// <summary>Reads the arguments after the benchmark's name; null where one of them means nothing.</summary>
    public static StoreSettings? Parse(IEnumerable<string> arguments) => MeasuringArguments.Parse(arguments, Names, BlobsOption) is { } given
        ? new StoreSettings(given.Json, given.Quick, given.Only, given.Rounds, given.Counts.GetValueOrDefault(BlobsOption, 200_000), given.Environment)
        : null;
}
