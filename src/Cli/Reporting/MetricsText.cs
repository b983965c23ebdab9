using System.Globalization;
using System.Text;

namespace Provenance.Cli.Reporting;

/// <summary>Metrics as Prometheus reads them (text format 0.0.4): counters and one histogram that are added to, gauges that are asked for.</summary>
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

                Write(text, name, metric);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, Metric metric)
    {
        if (metric.Buckets is not { } buckets)
        {
            return;
        }

        long count = 0;
        for (int i = 0; i < buckets.Length; i++)
        {
            count += buckets[i];
            string bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{bound}\"}} {count}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum {metric.Sum}\n{name}_count {count}\n");
    }

    private sealed class Metric(string type, string help)
    {
        public string Type { get; } = type;

        public string Help { get; } = help;

        public SortedDictionary<string, double> Values { get; } = new(StringComparer.Ordinal);

        public long[]? Buckets { get; set; }

        public double Sum { get; set; }
    }
}
