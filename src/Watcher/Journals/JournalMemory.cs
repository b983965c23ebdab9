namespace Provenance.Watcher.Journals;

/// <summary>A journal's segments in memory: for a rehearsal, after which nothing is to be left.</summary>
internal sealed class JournalMemory : IJournalStorage
{
    private readonly Lock access = new();
    private readonly SortedDictionary<int, MemoryStream> segments = [];

    public IReadOnlyList<int> Segments
    {
        get
        {
            lock (access)
            {
                return [.. segments.Keys];
            }
        }
    }

    public byte[] ReadAll(int segment)
    {
        lock (access)
        {
            return segments[segment].ToArray();
        }
    }

    public void Read(int segment, long offset, Span<byte> target)
    {
        lock (access)
        {
            segments[segment].GetBuffer().AsSpan((int)offset, target.Length).CopyTo(target);
        }
    }

    public ValueTask CreateAsync(int segment, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => WriteAsync(segment, 0, content, cancellationToken);

    public ValueTask WriteAsync(int segment, long offset, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        lock (access)
        {
            if (!segments.TryGetValue(segment, out var stream))
            {
                segments[segment] = stream = new MemoryStream();
            }

            stream.Position = offset;
            stream.Write(content.Span);
        }

        return ValueTask.CompletedTask;
    }

    public void Truncate(int segment, long length)
    {
        lock (access)
        {
            segments[segment].SetLength(length);
        }
    }

    public void Delete(int segment)
    {
        lock (access)
        {
            segments.Remove(segment);
        }
    }

    public void Dispose()
    {
    }
}
