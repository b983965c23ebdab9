namespace Provenance.Watcher.Dispatching;

/// <summary>A stretch of time during which this process alone acts on a shard.</summary>
/// <param name="Epoch">How often the shard has changed hands.</param>
/// <param name="Lost">Is cancelled before another process can begin its own.</param>
internal sealed record ShardTerm(long Epoch, CancellationToken Lost);
