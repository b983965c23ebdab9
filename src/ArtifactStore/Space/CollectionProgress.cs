namespace Provenance.ArtifactStore.Space;

/// <summary>How far a collection has come.</summary>
/// <param name="Step">What it does: <c>marking</c>, <c>removing</c> or <c>compacting</c>.</param>
/// <param name="Done">How much of that is done: repositories, blobs.</param>
/// <param name="Total">Of how much.</param>
public sealed record CollectionProgress(string Step, long Done, long Total);
