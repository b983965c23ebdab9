using System.Globalization;

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
    /// <summary>The measurements by name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["get_1k", "head", "put_1k", "get_1m", "get_64m", "put_64m", "rss", "start"];

    /// <summary>How long one rate is measured.</summary>
    public TimeSpan Span => TimeSpan.FromSeconds(Quick ? 1 : 4);

    /// <summary>Whether a measurement is wanted.</summary>
    public bool Wants(string name) => Only is null ? !Quick || name is not ("rss" or "start") : Only == name;

    /// <summary>Reads the arguments after the benchmark's name; null where one of them means nothing.</summary>
    public static StoreSettings? Parse(IEnumerable<string> arguments)
    {
        bool json = false, quick = false;
        int? rounds = null;
        int blobs = 200_000;
        string? only = null;
        var environment = new List<string>();
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out string? option))
        {
            string? value = option is "--json" or "--quick" ? "" : rest.TryDequeue(out string? next) ? next : null;
            switch (option, value)
            {
                case ("--json", _):
                    json = true;
                    break;
                case ("--quick", _):
                    quick = true;
                    break;
                case ("--only", not null) when Names.Contains(value):
                    only = value;
                    break;
                case ("--rounds", _) when ReadCount(value) is { } count:
                    rounds = count;
                    break;
                case ("--blobs", _) when ReadCount(value) is { } count:
                    blobs = count;
                    break;
                case ("--env", not null) when value.IndexOf('=', StringComparison.Ordinal) > 0:
                    environment.Add(value);
                    break;
                default:
                    return null;
            }
        }

        return new StoreSettings(json, quick, only, rounds ?? (quick ? 1 : 3), blobs, environment);
    }

    private static int? ReadCount(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 ? count : null;
}
