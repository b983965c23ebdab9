using System.Globalization;

namespace Provenance.ArtifactStore.Configuring;

/// <summary>Reads lengths of time and amounts of bytes as people write them: a whole number and a unit, without a space.</summary>
public static class Quantity
{
    private const int MaximumDigits = 12;

    /// <summary>Reads <c>30s</c>, <c>10m</c>, <c>12h</c> or <c>7d</c>; null for anything else.</summary>
    public static TimeSpan? ReadTime(string text)
    {
        long? seconds = Read(text, static unit => unit switch { "s" => 1, "m" => 60, "h" => 3600, "d" => 86_400, _ => null });
        return seconds is { } count && count <= TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(count) : null;
    }

    /// <summary>Reads <c>512B</c>, <c>64kB</c>, <c>16MB</c>, <c>5GB</c>, <c>2TB</c>, or the same with <c>KiB</c> to <c>TiB</c>; null for anything else.</summary>
    public static long? ReadBytes(string text) => Read(text, static unit => unit switch
    {
        "B" => 1,
        "kB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1L << 10,
        "MiB" => 1L << 20,
        "GiB" => 1L << 30,
        "TiB" => 1L << 40,
        _ => null,
    });

    /// <summary>Reads an amount of bytes and <c>/s</c>, such as <c>50MB/s</c>, in bytes; null for anything else, and for none.</summary>
    public static long? ReadRate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.EndsWith("/s", StringComparison.Ordinal) && ReadBytes(text[..^2]) is > 0 and { } rate ? rate : null;
    }

    /// <summary>Takes a length of time between two bounds, both inclusive, from a file.</summary>
    public static TimeSpan FindTime(this YamlFields fields, string name, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        ArgumentNullException.ThrowIfNull(fields);
        if (fields.Find(name) is not { } node)
        {
            return otherwise;
        }

        if (node is YamlScalar scalar && ReadTime(scalar.Value) is { } time && time >= least && time <= most)
        {
            return time;
        }

        fields.Problems.Add(node, $"{fields.PathOf(name)} must be a length of time between {least.TotalSeconds:0}s and {most.TotalDays:0}d, such as 30s, 10m, 12h or 7d.");
        return otherwise;
    }

    /// <summary>Takes an amount of bytes from a file; null where it is absent.</summary>
    public static long? FindBytes(this YamlFields fields, string name) => Find(fields, name, ReadBytes, "an amount of bytes, such as 64KiB, 16MB or 5GiB");

    /// <summary>Takes an amount of bytes a second from a file; null where it is absent.</summary>
    public static long? FindRate(this YamlFields fields, string name) => Find(fields, name, ReadRate, "an amount of bytes a second, such as 50MB/s");

    private static long? Find(YamlFields fields, string name, Func<string, long?> read, string expected)
    {
        ArgumentNullException.ThrowIfNull(fields);
        if (fields.Find(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar scalar && read(scalar.Value) is { } amount)
        {
            return amount;
        }

        fields.Problems.Add(node, $"{fields.PathOf(name)} must be {expected}.");
        return null;
    }

    private static long? Read(string text, Func<string, long?> unit)
    {
        ArgumentNullException.ThrowIfNull(text);
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return digits is > 0 and <= MaximumDigits
            && unit(text[digits..]) is { } factor
            && long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture) is var number
            && number <= long.MaxValue / factor
                ? number * factor
                : null;
    }
}
