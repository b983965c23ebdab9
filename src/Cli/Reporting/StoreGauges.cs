namespace Provenance.Cli.Reporting;

/// <summary>What a store has at this moment.</summary>
/// <param name="Running">Requests that are being answered.</param>
/// <param name="IsReady">Whether it takes requests in.</param>
internal sealed record StoreGauges(long Running, bool IsReady)
{
    /// <summary>The names of the gauges, and what they are.</summary>
    public static IReadOnlyList<(string Name, string Help)> Descriptions { get; } =
    [
        ("provenance_store_requests_running", "Requests that are being answered."),
        ("provenance_store_ready", "Whether the store takes requests in."),
        ("process_resident_memory_bytes", "Memory of the process that is resident."),
        ("dotnet_gc_heap_bytes", "Memory that objects took at the last collection."),
    ];

    /// <summary>The values, in the order of the descriptions.</summary>
    public IEnumerable<(string Name, double Value)> Values
    {
        get
        {
            double[] values = [Running, IsReady ? 1 : 0, Environment.WorkingSet, GC.GetGCMemoryInfo().HeapSizeBytes];
            return Descriptions.Zip(values, static (description, value) => (description.Name, value));
        }
    }
}
