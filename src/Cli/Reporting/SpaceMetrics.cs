using Provenance.ArtifactStore.Space;

namespace Provenance.Cli.Reporting;

/// <summary>The metrics of a store's space.</summary>
internal static class SpaceMetrics
{
    private const string Removed = "provenance_store_removed_blobs_total";
    private const string RemovedBytes = "provenance_store_removed_bytes_total";

    public static void Write(MetricsText text, SpaceFigures space)
    {
        Gauge(text, "provenance_store_blobs", "Blobs that are stored, manifests included.", space.Blobs);
        Gauge(text, "provenance_store_blob_bytes", "Bytes of all blobs.", space.Bytes);
        if (space.MaximumBytes is { } maximum)
        {
            Gauge(text, "provenance_store_maximum_bytes", "The bound of the bytes of all blobs.", maximum);
        }

        Gauge(text, "provenance_store_log_bytes", "Bytes of the log, in which small blobs, keys and the index are.", space.LogBytes);
        Gauge(text, "provenance_store_log_live_bytes", "Bytes of the log that still count.", space.LiveLogBytes);
        Gauge(text, "provenance_store_uploads", "Uploads that are unfinished.", space.Uploads);
        text.Describe(Removed, "counter", "Blobs that were let go of, by reason.");
        text.Describe(RemovedBytes, "counter", "Bytes of blobs that were let go of, by reason.");
        foreach (var reason in Enum.GetValues<CollectionReason>())
        {
            var count = space.Removed.GetValueOrDefault(reason);
            string label = $"reason=\"{NameOf(reason)}\"";
            text.Set(Removed, label, count.Blobs);
            text.Set(RemovedBytes, label, count.Bytes);
        }

        text.Describe("provenance_store_collections_total", "counter", "Collections that came to their end.");
        text.Set("provenance_store_collections_total", "", space.Collections);
        Gauge(text, "provenance_store_last_collection_timestamp_seconds", "When the last collection began; 0 before the first.", space.LastCollection?.ToUnixTimeSeconds() ?? 0);
        Gauge(text, "provenance_store_last_collection_duration_seconds", "How long it took.", space.LastDuration.TotalSeconds);
        text.Describe("provenance_store_space_refused_total", "counter", "Writes that were refused for lack of room within the bound.");
        text.Set("provenance_store_space_refused_total", "", space.Refusals);
    }

    /// <summary>What a reason is called in output for programs.</summary>
    public static string NameOf(CollectionReason reason) => reason switch
    {
        CollectionReason.Unreferenced => "unreferenced",
        CollectionReason.Expired => "expired",
        _ => "evicted",
    };

    private static void Gauge(MetricsText text, string name, string help, double value)
    {
        text.Describe(name, "gauge", help);
        text.Set(name, "", value);
    }
}
