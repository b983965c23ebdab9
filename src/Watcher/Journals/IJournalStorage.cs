namespace Provenance.Watcher.Journals;

/// <summary>The files beneath a journal: numbered segments that only grow.</summary>
internal interface IJournalStorage : IDisposable
{
    /// <summary>The numbers of the segments, ascending.</summary>
    IReadOnlyList<int> Segments { get; }

    /// <summary>The bytes of a segment.</summary>
    byte[] ReadAll(int segment);

    /// <summary>Reads bytes that were written before.</summary>
    void Read(int segment, long offset, Span<byte> target);

    /// <summary>Makes a segment with these first bytes; it is there after a crash once this is done.</summary>
    ValueTask CreateAsync(int segment, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Writes at an offset; the bytes are there after a crash once this is done.</summary>
    /// <exception cref="IOException">They are not, or only some; the same write may be tried again.</exception>
    ValueTask WriteAsync(int segment, long offset, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Cuts a segment off; what was cut off does not come back after a crash.</summary>
    void Truncate(int segment, long length);

    /// <summary>Removes a segment; after a crash it may be there again.</summary>
    void Delete(int segment);
}
