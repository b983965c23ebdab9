using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Logs;

/// <summary>Bytes of a segment that are no record any more.</summary>
/// <param name="File">The segment's file.</param>
/// <param name="Offset">Where the damage begins.</param>
/// <param name="Length">How many bytes cannot be read.</param>
/// <param name="Digest">The blob whose record it was; null where that cannot be told.</param>
/// <param name="WasDurable">False for a write that was broken off, which nobody was told of.</param>
internal sealed record LogDamage(string File, long Offset, long Length, Digest? Digest, bool WasDurable);
