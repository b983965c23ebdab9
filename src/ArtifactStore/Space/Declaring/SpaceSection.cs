using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.ArtifactStore.Space.Declaring;

/// <summary>Reads the section <c>space</c> of a configuration file.</summary>
public static class SpaceSection
{
    private const int MinutesPerYear = 366 * 24 * 60;

    /// <summary>What the section says; what is wrong with it goes to the problems.</summary>
    public static SpaceOptions Read(YamlNode node, string path, YamlProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        var fields = new YamlFields(node, path, problems);
        var defaults = new SpaceOptions();
        var high = fields.FindNumber("highWaterPercent", Percent(defaults.HighWater), 1, 100);
        var low = fields.FindNumber("lowWaterPercent", Math.Min(Percent(defaults.LowWater), high), 1, 100);
        if (low > high)
        {
            problems.Add(node, $"{path}.lowWaterPercent is {low}; it must not be above highWaterPercent, which is {high}.");
        }

        var options = new SpaceOptions
        {
            MaximumBytes = ReadSize(fields),
            HighWater = high / 100.0,
            LowWater = Math.Min(low, high) / 100.0,
            GracePeriod = ReadTime(fields, "gracePeriod", 1) ?? defaults.GracePeriod,
            Interval = ReadTime(fields, "collectEvery", 1) ?? defaults.Interval,
            Lifetimes = [.. fields.FindItems("lifetimes").Select(item => ReadLifetime(item, fields.PathOf("lifetimes[]"), problems)).OfType<SpaceLifetime>()],
        };
        fields.Finish();
        return options;
    }

    private static long Percent(double share) => (long)Math.Round(share * 100);

    private static SpaceLifetime? ReadLifetime(YamlNode node, string path, YamlProblems problems)
    {
        var fields = new YamlFields(node, path, problems);
        var time = ReadTime(fields, "ttl", 1);
        if (time is null && problems.All.Count is 0)
        {
            problems.Add(node, $"{path}.ttl is missing; write a time such as 72h.");
        }

        var lifetime = new SpaceLifetime
        {
            TimeToLive = time ?? TimeSpan.MaxValue,
            Repositories = Patterns(fields, "repositories"),
            Caches = Patterns(fields, "caches"),
            ContentStore = fields.FindFlag("contentStore", otherwise: false),
        };
        fields.Finish();
        if (lifetime is { Repositories.Count: 0, Caches.Count: 0, ContentStore: false })
        {
            problems.Add(node, $"{path} is about nothing. Add repositories, caches or contentStore: true.");
        }

        return time is null ? null : lifetime;
    }

    private static List<NamePattern> Patterns(YamlFields fields, string name)
    {
        var patterns = new List<NamePattern>();
        foreach (var (node, text) in fields.FindTexts(name))
        {
            if (NamePattern.TryParsePath(text, out var pattern))
            {
                patterns.Add(pattern);
            }
            else
            {
                fields.Problems.Add(node, $"{fields.PathOf(name)}: {text} is no pattern. Write whole segments, such as ci/app, ci/* or ci/**.");
            }
        }

        return patterns;
    }

    private static long? ReadSize(YamlFields fields)
    {
        switch (fields.Find("maximumBytes"))
        {
            case null:
                return null;
            case YamlScalar { Value: var text } when Amounts.TryParseSize(text, out long size):
                return size;
            case var node:
                fields.Problems.Add(node, $"{fields.PathOf("maximumBytes")} must be a number of bytes, or one with a unit: 500MiB, 20GiB, 1TiB.");
                return null;
        }
    }

    private static TimeSpan? ReadTime(YamlFields fields, string name, int leastMinutes)
    {
        switch (fields.Find(name))
        {
            case null:
                return null;
            case YamlScalar { Value: var text } when Amounts.TryParseTime(text, out var time) && time.TotalMinutes >= leastMinutes && time.TotalMinutes <= 10 * MinutesPerYear:
                return time;
            case var node:
                fields.Problems.Add(node, $"{fields.PathOf(name)} must be a time of at least a minute, such as 30m, 72h or 14d.");
                return null;
        }
    }
}
