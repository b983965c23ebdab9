namespace Provenance.ArtifactStore.Keys;

/// <summary>What a name stands for, and where that was written down.</summary>
/// <param name="Value">The value; it does not change any more.</param>
/// <param name="Place">The number of the file that holds it; 0 for memory.</param>
/// <param name="Length">How many bytes it takes up there.</param>
internal readonly record struct KeyEntry(ReadOnlyMemory<byte> Value, int Place, int Length);
