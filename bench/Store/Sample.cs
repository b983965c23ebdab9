namespace Provenance.Bench.Store;

/// <summary>How fast one server was in one round.</summary>
/// <param name="Rate">Requests or megabytes (1,000,000 bytes) a second.</param>
/// <param name="Cost">The processor time that the server spent: microseconds a request, or milliseconds a GB.</param>
internal sealed record Sample(double Rate, double Cost);

