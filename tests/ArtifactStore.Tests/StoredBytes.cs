using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Tests;

/// <summary>Finds the bytes of a blob in a data folder, wherever the store has put them, and damages them.</summary>
internal static class StoredBytes
{
    /// <summary>Flips a bit of the last byte.</summary>
    public static void Corrupt(string folder, byte[] content)
    {
        var (path, offset) = Find(folder, content);
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = offset + content.Length - 1;
        int last = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(last ^ 1));
    }

    /// <summary>Cuts the file off in the middle of the blob.</summary>
    public static void CutShort(string folder, byte[] content)
    {
        var (path, offset) = Find(folder, content);
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.SetLength(offset + (content.Length / 2));
    }

    private static (string Path, long Offset) Find(string folder, byte[] content)
    {
        var digest = Digest.Of(content);
        string own = Path.Combine(folder, "blobs", "sha256", digest.Hex[..2], digest.Hex);
        if (File.Exists(own))
        {
            return (own, 0);
        }

        foreach (string path in Directory.EnumerateFiles(Path.Combine(folder, "log"), "*.segment"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            if (bytes.AsSpan().LastIndexOf(content) is >= 0 and int offset)
            {
                return (path, offset);
            }
        }

        throw new FileNotFoundException($"{digest} is not stored.");
    }
}
