using System.Globalization;

namespace Provenance.Bench;

/// <summary>The arguments that benchmarks of whole processes share.</summary>
/// <param name="Json">Whether one JSON object is printed instead of a table.</param>
/// <param name="Quick">Whether only what is soon done is measured, once.</param>
/// <param name="Only">The one measurement that is wanted; null for all.</param>
/// <param name="Environment">Variables for the measured process, <c>NAME=VALUE</c>.</param>
/// <param name="Counts">Options that are followed by a number above 0.</param>
internal sealed record MeasuringArguments(bool Json, bool Quick, string? Only, IReadOnlyList<string> Environment, IReadOnlyDictionary<string, int> Counts)
{
    private const string RoundsOption = "--rounds";

    /// <summary>How often a rate is measured; the median counts.</summary>
    public int Rounds => Counts.GetValueOrDefault(RoundsOption, Quick ? 1 : 3);

    /// <summary>Reads the arguments after the benchmark's name; null where one of them means nothing.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="names">The measurements that can be asked for one by one.</param>
    /// <param name="counts">Options beside <c>--rounds</c> that a number follows.</param>
    public static MeasuringArguments? Parse(IEnumerable<string> arguments, IReadOnlyList<string> names, params ReadOnlySpan<string> counts)
    {
        bool json = false, quick = false;
        string? only = null;
        var environment = new List<string>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
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
                case ("--only", not null) when names.Contains(value):
                    only = value;
                    break;
                case ("--env", not null) when value.IndexOf('=', StringComparison.Ordinal) > 0:
                    environment.Add(value);
                    break;
                default:
                    if ((option is not RoundsOption && !counts.Contains(option))
                        || !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count is 0)
                    {
                        return null;
                    }

                    numbers[option] = count;
                    break;
            }
        }

        return new MeasuringArguments(json, quick, only, environment, numbers);
    }
}
