namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>A small file that somebody else renews: its content is at most a minute old.</summary>
internal sealed class RereadFile(string path, TimeProvider time)
{
    private const int MaximumSize = 1024 * 1024;

    private static readonly TimeSpan MaximumAge = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private byte[]? content;
    private long readAt;

    public string Path => path;

    /// <summary>The content: the same array for as long as the file holds the same bytes.</summary>
    /// <exception cref="ClusterConfigurationException">The file cannot be read, and never could, or it is too large.</exception>
    public byte[] Read()
    {
        lock (gate)
        {
            if (content is not null && time.GetElapsedTime(readAt) < MaximumAge)
            {
                return content;
            }

            try
            {
                byte[] current = ReadBounded(path, MaximumSize);
                content = content.AsSpan().SequenceEqual(current) && content is not null ? content : current;
            }
            catch (ClusterConfigurationException) when (content is not null)
            {
                // Whoever renews the file may have it in hand just now; what was read before is used until it is back or refused.
            }

            readAt = time.GetTimestamp();
            return content!;
        }
    }

    /// <summary>Makes the next read look at the disk.</summary>
    public void Forget()
    {
        lock (gate)
        {
            readAt = time.GetTimestamp() - (long)(MaximumAge.TotalSeconds * time.TimestampFrequency);
        }
    }

    /// <summary>Reads a file of at most a size.</summary>
    /// <exception cref="ClusterConfigurationException">The file cannot be read or is larger.</exception>
    public static byte[] ReadBounded(string path, int maximumSize)
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var bytes = new MemoryStream();
            byte[] piece = new byte[16384];
            for (int read; (read = stream.Read(piece)) > 0;)
            {
                bytes.Write(piece, 0, read);
                if (bytes.Length > maximumSize)
                {
                    throw new ClusterConfigurationException($"{path} has more than {maximumSize} bytes, the most that is read.");
                }
            }

            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ClusterConfigurationException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
