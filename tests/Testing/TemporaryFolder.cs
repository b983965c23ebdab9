namespace Provenance.Testing;

/// <summary>A folder under the system's temporary folder that is removed with everything in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    /// <summary>Makes a new one.</summary>
    public TemporaryFolder()
        : this(Directory.CreateTempSubdirectory("provenance-").FullName)
    {
    }

    private TemporaryFolder(string path) => Path = path;

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>A folder in memory, where the machine has such, for tests that need many and no disk.</summary>
    public static TemporaryFolder InMemory() => !Directory.Exists(Memory) ? new TemporaryFolder() : new TemporaryFolder(
        Directory.CreateDirectory(System.IO.Path.Combine(Memory, $"provenance-{System.IO.Path.GetRandomFileName()}")).FullName);

    /// <summary>The absolute path of an entry in the folder.</summary>
    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
