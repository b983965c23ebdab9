using Provenance.ArtifactStore.Logs.Records;

namespace Provenance.ArtifactStore.Logs.Segments;

/// <summary>Hears what a segment holds, in its order.</summary>
internal interface IRecordSink
{
    /// <summary>A record whose checksums are right.</summary>
    void Accept(in RecordHead head, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> keys, long offset);

    /// <summary>Bytes that are no record, though records were there once.</summary>
    /// <param name="offset">Where they begin.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="hash">The hash of the blob whose record it was; empty where that cannot be read.</param>
    /// <param name="wasDurable">Whether somebody was told that they are stored; false for a batch that was broken off.</param>
    void Damage(long offset, long length, ReadOnlySpan<byte> hash, bool wasDurable);
}
