using System.Globalization;
using System.Text;

namespace Provenance.Cli.Reporting;

/// <summary>Metrics as Prometheus reads them (text format 0.0.4): counters and histograms that are added to or replaced, gauges that are asked for.</summary>
internal sealed class MetricsText
{
    private static readonly double[] Bounds = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600];

    private readonly Lock turn = new();
    private readonly SortedDictionary<string, Metric> metrics = new(StringComparer.Ordinal);

    public void Describe(string name, string type, string help)
    {
        lock (turn)
        {
            metrics[name] = new Metric(type, help);
        }
    }

    /// <summary>Adds to a counter; labels are written <c>name="value"</c>, parted by commas.</summary>
    public void Count(string name, string labels, double by = 1)
    {
        lock (turn)
        {
            var values = metrics[name].Values;
            values[labels] = values.GetValueOrDefault(labels) + by;
        }
    }

    public void Set(string name, string labels, double value)
    {
        lock (turn)
        {
            metrics[name].Values[labels] = value;
        }
    }

    public void Observe(string name, double seconds)
    {
        lock (turn)
        {
            var metric = metrics[name];
            metric.Sum += seconds;
            metric.Buckets ??= new long[Bounds.Length + 1];
            int bucket = Array.FindIndex(Bounds, b => seconds <= b);
            metric.Buckets[bucket < 0 ? Bounds.Length : bucket]++;
        }
    }

    /// <summary>Replaces a histogram: how many fell into each bucket and into the one above the last bound, and their sum.</summary>
    public void SetHistogram(string name, string labels, IReadOnlyList<double> bounds, IReadOnlyList<long> buckets, double sum)
    {
        lock (turn)
        {
            metrics[name].Histograms[labels] = (bounds, buckets, sum);
        }
    }

    public string Write()
    {
        var text = new StringBuilder();
        lock (turn)
        {
            foreach (var (name, metric) in metrics)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {metric.Help}\n# TYPE {name} {metric.Type}\n");
                foreach (var (labels, value) in metric.Values)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{(labels.Length is 0 ? "" : $"{{{labels}}}")} {value}\n");
                }

                if (metric.Buckets is { } observed)
                {
                    Write(text, name, "", Bounds, observed, metric.Sum);
                }

                foreach (var (labels, (bounds, buckets, sum)) in metric.Histograms)
                {
                    Write(text, name, labels, bounds, buckets, sum);
                }
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, string labels, IReadOnlyList<double> bounds, IReadOnlyList<long> buckets, double sum)
    {
        string before = labels.Length is 0 ? "" : labels + ",";
        string after = labels.Length is 0 ? "" : $"{{{labels}}}";
        long count = 0;
        for (int i = 0; i < buckets.Count; i++)
        {
            count += buckets[i];
            string bound = i < bounds.Count ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"{bound}\"}} {count}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{after} {sum}\n{name}_count{after} {count}\n");
    }

    private sealed class Metric(string type, string help)
    {
        public string Type { get; } = type;

        public string Help { get; } = help;

        public SortedDictionary<string, double> Values { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, (IReadOnlyList<double> Bounds, IReadOnlyList<long> Buckets, double Sum)> Histograms { get; } = new(StringComparer.Ordinal);

        public long[]? Buckets { get; set; }

        public double Sum { get; set; }
    }
}
