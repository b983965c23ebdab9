namespace Provenance.ArtifactStore.Folders;

/// <summary>Writes files so that after a crash each is either wholly there or not there at all, and stays once a call has returned.</summary>
internal static class DurableFile
{
    /// <summary>Writes or replaces a file: temporary file, flush, rename, flush of the folder.</summary>
    public static void Write(DataFolder folder, string path, ReadOnlySpan<byte> content)
    {
        string temporary = folder.NewTemporaryPath();
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(handle, content, fileOffset: 0);
                RandomAccess.FlushToDisk(handle);
            }

            Publish(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Renames a flushed file into place and makes the name durable.</summary>
    public static void Publish(string flushed, string path)
    {
        string parent = Path.GetDirectoryName(path)!;
        DurableFolder.Create(parent);
        File.Move(flushed, path, overwrite: true);
        DurableFolder.Flush(parent);
    }
}
