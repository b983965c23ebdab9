using System.Buffers.Binary;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Logs.Records;

namespace Provenance.ArtifactStore.Space;

/// <summary>
/// When blobs were last used, in a file <c>used</c> across restarts: 37 bytes a blob. What it does not say counts as used at the start;
/// a file that is damaged says nothing.
/// </summary>
internal sealed class UsageFile(StoreLog log)
{
    private const int EntryLength = 37;

    private static ReadOnlySpan<byte> Magic => "PVUSED1\n"u8;

    private string FilePath => Path.Combine(log.Folder.Path, "used");

    /// <summary>Takes up what an earlier process knew.</summary>
    /// <param name="now">The present minute: no use can be later.</param>
    public void Load(uint now)
    {
        if (File.Exists(FilePath) && File.ReadAllBytes(FilePath) is { } bytes && IsIntact(bytes))
        {
            for (int offset = Magic.Length; offset < bytes.Length - sizeof(uint); offset += EntryLength)
            {
                Read(bytes.AsSpan(offset, EntryLength), now);
            }
        }

        foreach (var blob in log.ListBlobs().Where(static blob => blob.LastUsed is 0))
        {
            log.Touch(blob.Key, now);
        }
    }

    /// <summary>Writes down what is known.</summary>
    public void Save()
    {
        IndexedBlob[] blobs = [.. log.ListBlobs()];
        byte[] bytes = new byte[Magic.Length + (blobs.Length * EntryLength) + sizeof(uint)];
        Magic.CopyTo(bytes);
        for (int i = 0; i < blobs.Length; i++)
        {
            Write(bytes.AsSpan(Magic.Length + (i * EntryLength), EntryLength), blobs[i]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(^sizeof(uint)), Checksum.Of(bytes.AsSpan(..^sizeof(uint))));
        DurableFile.Write(log.Folder, FilePath, bytes);
    }

    private static bool IsIntact(byte[] bytes) =>
        bytes.Length >= Magic.Length + sizeof(uint)
        && (bytes.Length - Magic.Length - sizeof(uint)) % EntryLength is 0
        && bytes.AsSpan().StartsWith(Magic)
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^sizeof(uint))) == Checksum.Of(bytes.AsSpan(..^sizeof(uint)));

    private static void Write(Span<byte> target, IndexedBlob blob)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, blob.Key.A);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], blob.Key.B);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], blob.Key.C);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], blob.Key.D);
        target[32] = blob.Key.IsLong ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(target[33..], blob.LastUsed);
    }

    private void Read(ReadOnlySpan<byte> source, uint now)
    {
        var key = new BlobKey(
            BinaryPrimitives.ReadUInt64LittleEndian(source),
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[24..]),
            source[32] is 1);
        log.Touch(key, Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(source[33..]), now));
    }
}
