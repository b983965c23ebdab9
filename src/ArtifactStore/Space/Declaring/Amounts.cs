using System.Globalization;

namespace Provenance.ArtifactStore.Space.Declaring;

/// <summary>Reads amounts as people write them: a whole number and a unit.</summary>
public static class Amounts
{
    private static readonly (string Unit, long Bytes)[] Sizes = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("", 1)];
    private static readonly (string Unit, long Minutes)[] Times = [("m", 1), ("h", 60), ("d", 24 * 60)];

    /// <summary>Reads <c>1000</c>, <c>500MiB</c>, <c>20GiB</c>, <c>1TiB</c>: more than nothing, and less than 8 EiB.</summary>
    public static bool TryParseSize(string text, out long bytes) => TryParse(text, Sizes, out bytes) && bytes > 0;

    /// <summary>Reads <c>30m</c>, <c>72h</c>, <c>14d</c>, and <c>0</c> for no time.</summary>
    public static bool TryParseTime(string text, out TimeSpan time)
    {
        long minutes = 0;
        bool isTime = text is "0" || (TryParse(text, Times, out minutes) && minutes < 1_000_000_000);
        time = isTime ? TimeSpan.FromMinutes(minutes) : TimeSpan.Zero;
        return isTime;
    }

    private static bool TryParse(string text, (string Unit, long Factor)[] units, out long amount)
    {
        amount = 0;
        ArgumentNullException.ThrowIfNull(text);
        foreach (var (unit, factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                && number <= long.MaxValue / factor)
            {
                amount = number * factor;
                return true;
            }
        }

        return false;
    }
}
