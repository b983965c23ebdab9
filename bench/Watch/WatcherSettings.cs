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
    /// <summary>Reads the arguments after the benchmark's name; null where one of them means nothing.</summary>
    public static WatcherSettings? Parse(IEnumerable<string> arguments)
    {
        bool json = false, quick = false;
        int? rounds = null;
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
                case ("--rounds", _) when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0:
                    rounds = count;
                    break;
                case ("--only", "5000" or "20000" or "live" or "100000" or "takeover" or "resync"):
                    only = value;
                    break;
                case ("--env", not null) when value.IndexOf('=', StringComparison.Ordinal) > 0:
                    environment.Add(value);
                    break;
                default:
                    return null;
            }
        }

        return new WatcherSettings(json, quick, rounds ?? (quick ? 1 : 3), only, environment);
    }
}
