namespace Provenance.ArtifactStore.Configuring;

/// <summary>
/// A small file that somebody may replace at any time. What it says is at most five seconds old; while it cannot be used, what it said
/// before holds.
/// </summary>
public sealed class RereadFile<T>
    where T : class
{
    private static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(5);

    private readonly string path;
    private readonly int maximumSize;
    private readonly Func<byte[], T> parse;
    private readonly TimeProvider time;
    private readonly Action<string>? trouble;
    private readonly Lock turn = new();
    private byte[] content;
    private T current;
    private string? told;
    private long readAt;

    /// <summary>Reads the file for the first time.</summary>
    /// <param name="path">The file; a symbolic link is followed anew each time.</param>
    /// <param name="maximumSize">How many bytes it may have.</param>
    /// <param name="parse">Turns the bytes into what is meant; throws <see cref="FormatException"/> or a cryptographic exception.</param>
    /// <param name="time">The clock.</param>
    /// <param name="trouble">Hears, once for each cause, that a changed file cannot be used.</param>
    /// <exception cref="ConfigurationException">The file cannot be used.</exception>
    public RereadFile(string path, int maximumSize, Func<byte[], T> parse, TimeProvider time, Action<string>? trouble)
    {
        ArgumentNullException.ThrowIfNull(parse);
        ArgumentNullException.ThrowIfNull(time);
        (this.path, this.maximumSize, this.parse, this.time, this.trouble) = (path, maximumSize, parse, time, trouble);
        content = Read();
        current = Parse(content);
        readAt = time.GetTimestamp();
    }

    /// <summary>What the file says. Looks at the disk when the last look was five seconds ago.</summary>
    public T Current
    {
        get
        {
            if (time.GetElapsedTime(Volatile.Read(ref readAt)) >= MaximumAge && turn.TryEnter())
            {
                try
                {
                    Renew();
                }
                finally
                {
                    turn.Exit();
                }
            }

            return Volatile.Read(ref current);
        }
    }

    private void Renew()
    {
        try
        {
            byte[] found = Read();
            if (!content.AsSpan().SequenceEqual(found))
            {
                Volatile.Write(ref current, Parse(found));
                content = found;
            }

            told = null;
        }
        catch (ConfigurationException e)
        {
            if (told != e.Message)
            {
                trouble?.Invoke(e.Message + " What it said before still holds.");
            }

            told = e.Message;
        }

        Volatile.Write(ref readAt, time.GetTimestamp());
    }

    private byte[] Read()
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var bytes = new MemoryStream();
            byte[] piece = new byte[4096];
            for (int read; (read = stream.Read(piece)) > 0;)
            {
                bytes.Write(piece, 0, read);
                if (bytes.Length > maximumSize)
                {
                    throw new ConfigurationException($"{path} has more than {maximumSize} bytes, the most that is read.");
                }
            }

            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConfigurationException($"{path} cannot be read: {e.Message}");
        }
    }

    private T Parse(byte[] bytes)
    {
        try
        {
            return parse(bytes);
        }
        catch (Exception e) when (e is FormatException or System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            throw new ConfigurationException($"{path} cannot be used: {e.Message}");
        }
    }
}
