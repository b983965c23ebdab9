using Provenance.ArtifactStore.Logs.Segments;

namespace Provenance.ArtifactStore.Logs;

/// <summary>Where writing goes on after a start.</summary>
/// <param name="Active">The segment that is written to; null where the next write makes one.</param>
/// <param name="Capacity">How large its file is.</param>
/// <param name="LastSequence">The largest sequence of all records.</param>
/// <param name="LastNumber">The largest number of a segment that was ever seen.</param>
/// <param name="BytesRead">How many bytes were read to find out.</param>
/// <param name="Damage">What could not be read.</param>
internal sealed record LogStart(Segment? Active, long Capacity, long LastSequence, int LastNumber, long BytesRead, IReadOnlyList<LogDamage> Damage);
