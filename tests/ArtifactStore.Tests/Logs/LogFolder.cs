using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Logs;

/// <summary>A data folder with a log, whose files can be copied, damaged and opened again.</summary>
internal sealed class LogFolder : IDisposable
{
    public static readonly LogOptions Small = new() { SegmentSize = 16 * 1024, Reserve = 1024, HintInterval = int.MaxValue };

    private readonly TemporaryFolder temporary = new();
    private readonly LogOptions options;
    private DataFolder folder;

    public LogFolder(LogOptions? options = null, IDisk? disk = null)
    {
        this.options = options ?? Small;
        folder = DataFolder.Open(temporary["data"]);
        Log = OpenedLog.Of(folder, this.options, disk);
    }

    public StoreLog Log { get; private set; }

    public string LogPath => folder.Log;

    public IReadOnlyList<string> Segments => [.. Directory.EnumerateFiles(LogPath, "*.segment").Order(StringComparer.Ordinal)];

    /// <summary>The bytes of all files of the log as they are at this moment, as a crash would leave them.</summary>
    public Dictionary<string, byte[]> Snapshot() => Directory.EnumerateFiles(LogPath).ToDictionary(static path => path, ReadShared);

    /// <summary>Replaces the files of the log and opens it.</summary>
    public void Restore(IReadOnlyDictionary<string, byte[]> files)
    {
        Log.Dispose();
        Array.ForEach(Directory.GetFiles(LogPath), File.Delete);
        foreach (var (path, bytes) in files)
        {
            File.WriteAllBytes(path, bytes);
        }

        Log = OpenedLog.Of(folder, options);
    }

    /// <summary>Closes the log as a process does that ends well, and opens it.</summary>
    public void Reopen(IDisk? disk = null)
    {
        Log.Dispose();
        folder.Dispose();
        folder = DataFolder.Open(temporary["data"]);
        Log = OpenedLog.Of(folder, options, disk);
    }

    public Task<bool> PutAsync(byte[] content, params KeyChange[] changes) => Log.CommitAsync(LogUnit.OfBlob(Digest.Of(content), content, changes));

    public Task SetAsync(string name, string value) => Log.CommitAsync(LogUnit.OfChanges([KeyChange.Set("t", name, System.Text.Encoding.UTF8.GetBytes(value))]));

    public string? Get(string name) => Log.Keys.TryFind("t", name, out var entry) ? System.Text.Encoding.UTF8.GetString(entry.Value.Span) : null;

    /// <summary>The content of a blob, verified; null where it is not stored.</summary>
    public async Task<byte[]?> ReadAsync(Digest digest)
    {
        using var reader = await new DiskBlobStore(Log).OpenAsync(digest, CancellationToken.None);
        return reader is null ? null : await reader.ReadAllAsync(int.MaxValue, CancellationToken.None);
    }

    public static byte[] Content(int seed, int size = 100)
    {
        byte[] content = new byte[size];
        new Random(seed).NextBytes(content);
        return content;
    }

    public void Dispose()
    {
        Log.Dispose();
        folder.Dispose();
        temporary.Dispose();
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
