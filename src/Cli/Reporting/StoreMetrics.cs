using System.Collections.Concurrent;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Space;

namespace Provenance.Cli.Reporting;

/// <summary>Counts what a store does. Counting takes no lock; the text is put together when somebody asks.</summary>
internal sealed class StoreMetrics : IAccessObserver
{
    private const string Requests = "provenance_store_requests_total";
    private const string Durations = "provenance_store_request_duration_seconds";
    private const string Received = "provenance_store_received_bytes_total";
    private const string Sent = "provenance_store_sent_bytes_total";
    private const string Lookups = "provenance_store_lookups_total";
    private const string Refusals = "provenance_store_access_refused_total";

    private const string ScrubBytes = "provenance_store_scrubbed_bytes_total";
    private const string ScrubCorrupted = "provenance_store_scrub_corrupted_total";
    private const string ScrubHealed = "provenance_store_scrub_healed_total";

    private static readonly double[] Bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
    private static readonly HashSet<string> Methods = new(StringComparer.Ordinal) { "GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "MKCOL" };

    private readonly ConcurrentDictionary<(string Method, string Route, int Status), Counter> requests = new();
    private readonly ConcurrentDictionary<string, Timing> timings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Protocol, string Result), Counter> lookups = new();
    private readonly ConcurrentDictionary<string, Counter> refusals = new(StringComparer.Ordinal);
    private readonly Counter scrubbedBytes = new();
    private readonly Counter scrubCorrupted = new();
    private readonly Counter scrubHealed = new();
    private readonly Action<string> say;

    public StoreMetrics(Action<string> say) => this.say = say;

    /// <summary>Counts an answer.</summary>
    public void Answered(string method, string route, int status, TimeSpan duration, long received, long sent)
    {
        string known = Methods.Contains(method) ? method : "other";
        requests.GetOrAdd((known, route, status), static _ => new()).Add(1);
        timings.GetOrAdd(route, static _ => new()).Add(duration, received, sent);
        if (known is "GET" or "HEAD" && StoreRoute.ProtocolOf(route) is { } protocol && status is 200 or 204 or 206 or 304 or 404)
        {
            lookups.GetOrAdd((protocol, status is 404 or 204 ? "miss" : "hit"), static _ => new()).Add(1);
        }
    }

    /// <summary>Counts bytes that were read again.</summary>
    public void ScrubbedBytes(long bytes) => scrubbedBytes.Add(bytes);

    /// <summary>Counts what a scrub has found.</summary>
    public void Scrubbed(int corrupted, int healed)
    {
        scrubCorrupted.Add(corrupted);
        scrubHealed.Add(healed);
    }

    /// <inheritdoc/>
    public void Refused(string reason) => refusals.GetOrAdd(reason, static _ => new()).Add(1);

    /// <inheritdoc/>
    public void Trouble(string sentence) => say(sentence);

    /// <summary>The metrics of now.</summary>
    /// <param name="gauges">What the server does.</param>
    /// <param name="space">What the data folder holds; null where the blobs are elsewhere.</param>
    public string Write(StoreGauges gauges, SpaceFigures? space)
    {
        var text = new MetricsText();
        Describe(text);
        foreach (var ((method, route, status), counter) in requests)
        {
            text.Set(Requests, $"method=\"{method}\",route=\"{route}\",status=\"{status}\"", counter.Value);
        }

        foreach (var (route, timing) in timings)
        {
            var (buckets, seconds, received, sent) = timing.Read();
            string label = $"route=\"{route}\"";
            text.SetHistogram(Durations, label, Bounds, buckets, seconds);
            text.Set(Received, label, received);
            text.Set(Sent, label, sent);
        }

        foreach (var ((protocol, result), counter) in lookups)
        {
            text.Set(Lookups, $"protocol=\"{protocol}\",result=\"{result}\"", counter.Value);
        }

        foreach (var (reason, counter) in refusals)
        {
            text.Set(Refusals, $"reason=\"{reason}\"", counter.Value);
        }

        text.Set(ScrubBytes, "", scrubbedBytes.Value);
        text.Set(ScrubCorrupted, "", scrubCorrupted.Value);
        text.Set(ScrubHealed, "", scrubHealed.Value);
        foreach (var (name, value) in gauges.Values)
        {
            text.Set(name, "", value);
        }

        if (space is not null)
        {
            SpaceMetrics.Write(text, space);
        }

        return text.Write();
    }

    private static void Describe(MetricsText text)
    {
        text.Describe(Requests, "counter", "Requests that were answered.");
        text.Describe(Durations, "histogram", "Time from a request's first line to the end of its answer.");
        text.Describe(Received, "counter", "Bytes of request bodies.");
        text.Describe(Sent, "counter", "Bytes of answers whose length was known.");
        text.Describe(Lookups, "counter", "GET and HEAD of content, by whether it was there.");
        text.Describe(Refusals, "counter", "Requests that were refused, by reason.");
        text.Describe(ScrubBytes, "counter", "Bytes of blobs that were read again.");
        text.Describe(ScrubCorrupted, "counter", "Blobs that were found corrupt by reading them again.");
        text.Describe(ScrubHealed, "counter", "Those of them that were brought anew from an upstream.");
        foreach (var (name, help) in StoreGauges.Descriptions)
        {
            text.Describe(name, "gauge", help);
        }
    }

    private sealed class Counter
    {
        private long value;

        public long Value => Volatile.Read(ref value);

        public void Add(long by) => Interlocked.Add(ref value, by);
    }

    private sealed class Timing
    {
        private readonly long[] buckets = new long[Bounds.Length + 1];
        private long ticks;
        private long received;
        private long sent;

        public void Add(TimeSpan duration, long bytesIn, long bytesOut)
        {
            int bucket = Array.BinarySearch(Bounds, duration.TotalSeconds);
            Interlocked.Increment(ref buckets[bucket < 0 ? ~bucket : bucket]);
            Interlocked.Add(ref ticks, duration.Ticks);
            Interlocked.Add(ref received, bytesIn);
            Interlocked.Add(ref sent, bytesOut);
        }

        public (long[] Buckets, double Seconds, long Received, long Sent) Read() =>
            ([.. buckets], TimeSpan.FromTicks(Volatile.Read(ref ticks)).TotalSeconds, Volatile.Read(ref received), Volatile.Read(ref sent));
    }
}
