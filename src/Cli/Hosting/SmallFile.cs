namespace Provenance.Cli.Hosting;

/// <summary>Reads files that have a greatest size.</summary>
internal static class SmallFile
{
    private const int FirstPiece = 4096;

    /// <summary>Reads a file at once: so little is there sooner than another thread that would read it.</summary>
    public static Task<byte[]> ReadAsync(string path, string what, int maximumSize, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Read(path, what, maximumSize));
    }

    public static byte[] Read(string path, string what, int maximumSize)
    {
        Require(path, what);

        // What stands in the folder as the size is a guess: pipes and devices have none, and files grow.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        byte[] content = new byte[Math.Clamp(new FileInfo(path).Length, FirstPiece, maximumSize) + 1];
        int length = 0;
        while (file.Read(content, length, content.Length - length) is var read and > 0)
        {
            length += read;
            if (length > maximumSize)
            {
                throw new CommandException(ExitCodes.Usage, $"{path} has more than {maximumSize} bytes, which is all that a {what} may have.");
            }

            if (length == content.Length)
            {
                Array.Resize(ref content, (int)Math.Min(2L * length, maximumSize + 1L));
            }
        }

        return content[..length];
    }

    /// <summary>Requires that there is a file.</summary>
    public static void Require(string path, string what)
    {
        if (!File.Exists(path))
        {
            throw new CommandException(ExitCodes.Usage, Directory.Exists(path) ? $"{path} is a folder; name a file: a {what}." : $"There is no file {path}: a {what} was to be read from it.");
        }
    }
}
