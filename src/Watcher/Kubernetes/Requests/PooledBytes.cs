using System.Buffers;

namespace Provenance.Watcher.Kubernetes.Requests;

/// <summary>Bytes that arrive at the end and are taken at the front, in one array of the shared pool that grows to a limit.</summary>
internal sealed class PooledBytes(int capacity, int maximum) : IDisposable
{
    private byte[] array = ArrayPool<byte>.Shared.Rent(capacity);
    private int start;
    private int end;

    /// <summary>What is there.</summary>
    public ReadOnlyMemory<byte> Content => array.AsMemory(start, end - start);

    /// <summary>Reads once from the stream; 0 at its end.</summary>
    /// <exception cref="InvalidDataException">The limit is reached and nothing was taken.</exception>
    public async ValueTask<int> FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        EnsureRoom();
        int read = await stream.ReadAsync(array.AsMemory(end), cancellationToken).ConfigureAwait(false);
        end += read;
        return read;
    }

    /// <summary>Drops bytes at the front; what was given out of them is no longer valid after the next fill.</summary>
    public void Take(int count)
    {
        start += count;
        if (start == end)
        {
            start = end = 0;
        }
    }

    public void Dispose()
    {
        byte[] rented = array;
        array = [];
        start = end = 0;
        if (rented.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void EnsureRoom()
    {
        if (end < array.Length)
        {
            return;
        }

        int length = end - start;
        if (length > array.Length / 2)
        {
            if (length >= maximum)
            {
                throw new InvalidDataException($"more than {maximum} bytes in one piece");
            }

            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max((int)Math.Min(array.Length * 2L, Array.MaxLength), length + 1));
            Content.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(array);
            array = larger;
        }
        else
        {
            Content.Span.CopyTo(array);
        }

        (start, end) = (0, length);
    }
}
