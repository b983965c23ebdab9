namespace Provenance.Cli.Hosting;

/// <summary>Writes files that are there whole or not at all; one that was there before is replaced.</summary>
internal static class WholeFile
{
    /// <summary>Refuses a path where no file can be, before anything is signed that others hear of.</summary>
    public static void RequirePlace(string path)
    {
        if (path.Length is 0 || Directory.Exists(path) || Path.EndsInDirectorySeparator(path))
        {
            throw new CommandException(ExitCodes.Usage, $"\"{path}\" is a folder; name a file to write to.");
        }

        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
        {
            throw new CommandException(ExitCodes.Usage, $"{path} cannot be written: there is no folder {folder}. Make it, or name another file.");
        }

        RequireNoDevice(path);
        try
        {
            using var probe = new FileStream(TemporaryFor(path), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, $"{path} cannot be written: {e.Message}. Name a file in another folder.");
        }
    }

    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        RequireNoDevice(path);
        string temporary = TemporaryFor(path);
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static string TemporaryFor(string path) => $"{path}.{Path.GetRandomFileName()}.tmp";

    // A file would take the place of /dev/null or /dev/stdout, for every process of the machine.
    private static void RequireNoDevice(string path)
    {
        string full = Path.GetFullPath(path);
        bool leadsToDevice = new FileInfo(full).LinkTarget is not null && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } target && IsDevice(target.FullName);
        if (leadsToDevice || IsDevice(full))
        {
            throw new CommandException(ExitCodes.Usage, $"{path} is no place for a file, which would replace what is there. Name a file in another folder.");
        }
    }

    private static bool IsDevice(string path) =>
        path.StartsWith("/proc/", StringComparison.Ordinal) || (path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal));
}
