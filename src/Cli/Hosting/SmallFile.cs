namespace Provenance.Cli.Hosting;

/// <summary>Reads files that have a greatest size.</summary>
internal static class SmallFile
{
    /// <summary>Reads a file at once: so little is there sooner than another thread that would read it.</summary>
    public static Task<byte[]> ReadAsync(string path, string what, int maximumSize, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Require(path, what, maximumSize);
        return Task.FromResult(File.ReadAllBytes(path));
    }

    /// <summary>Requires that there is a file of at most that size.</summary>
    public static void Require(string path, string what, int maximumSize)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new CommandException(ExitCodes.Usage, Directory.Exists(path) ? $"{path} is a folder; name a file: a {what}." : $"There is no file {path}: a {what} was to be read from it.");
        }

        if (file.Length > maximumSize)
        {
            throw new CommandException(ExitCodes.Usage, $"{path} has {file.Length} bytes; a {what} has at most {maximumSize}.");
        }
    }
}
