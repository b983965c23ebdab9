namespace Provenance.Cli.Hosting;

/// <summary>Reads files that have a greatest size.</summary>
internal static class SmallFile
{
    public static async Task<byte[]> ReadAsync(string path, string what, int maximumSize, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new CommandException(ExitCodes.Usage, $"There is no file {path}.");
        }

        return file.Length <= maximumSize
            ? await File.ReadAllBytesAsync(path, cancellationToken)
            : throw new CommandException(ExitCodes.Usage, $"{path} has {file.Length} bytes; a {what} has at most {maximumSize}.");
    }
}
