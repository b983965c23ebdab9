using System.Globalization;

namespace Provenance.Bench.Store;

/// <summary>What Linux says of a process and its children in <c>/proc</c>.</summary>
internal static class ProcessFiles
{
    // USER_HZ: 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>The time that processors spent on a process and its children, in their own code and in the kernel.</summary>
    public static TimeSpan ProcessorTime(int id) =>
        TimeSpan.FromSeconds(WithChildren(id).Sum(static fields => Number(fields[11]) + Number(fields[12])) / TicksPerSecond);

    /// <summary>The memory that a process and its children have resident now, in MiB.</summary>
    public static double Resident(int id) => WithChildren(id).Sum(static fields => Number(fields[21])) * Environment.SystemPageSize / (1024 * 1024);

    /// <summary>The load average of the last minute.</summary>
    public static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> WithChildren(int id)
    {
        string own = id.ToString(CultureInfo.InvariantCulture);
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(static f => char.IsAsciiDigit(Path.GetFileName(f)[0])))
        {
            if (Read(folder) is { } fields && (Path.GetFileName(folder) == own || fields[1] == own))
            {
                yield return fields;
            }
        }
    }

    /// <summary>The fields of <c>stat</c> from the third on, the state; null when the process has ended.</summary>
    private static string[]? Read(string folder)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
