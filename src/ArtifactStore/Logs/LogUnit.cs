using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs.Indexes;
using Provenance.ArtifactStore.Logs.Records;

namespace Provenance.ArtifactStore.Logs;

/// <summary>What is written as one record: at most one blob and the key changes that go with it. It is kept as a whole or not at all.</summary>
internal sealed class LogUnit
{
    private readonly TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LogUnit(RecordKind kind, byte[] hash, long blobSize, ReadOnlyMemory<byte> payload, byte[] keys)
    {
        if (keys.Length > RecordHead.MaximumKeys)
        {
            throw new ArgumentException($"At most {RecordHead.MaximumKeys} bytes of key changes are made at once, not {keys.Length}.");
        }

        Hash = hash;
        Key = hash.Length is 0 ? default : BlobKey.Of(hash);
        Payload = payload;
        Keys = keys;
        BodyChecksum = Checksum.Of(keys, Checksum.Of(payload.Span));
        Head = new RecordHead(kind, hash.Length, Sequence: 0, BatchStart: 0, BodyChecksum, blobSize, keys.Length);
    }

    /// <summary>The head, without sequence and batch.</summary>
    public RecordHead Head { get; }

    /// <summary>The raw hash of the blob; empty without one.</summary>
    public byte[] Hash { get; }

    /// <summary>The blob; only where there is one.</summary>
    public BlobKey Key { get; }

    /// <summary>The key changes as <see cref="KeyChangeFormat"/> writes them.</summary>
    public byte[] Keys { get; }

    /// <summary>The bytes of a small blob. They must not change before the unit is written.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The checksum of payload and keys.</summary>
    public uint BodyChecksum { get; }

    /// <summary>Whether the unit only takes away, so that it may use the room that is kept free for deletions.</summary>
    public bool IsRelease { get; private init; }

    /// <summary>Asked right before the unit is written, ahead of all others of its batch, whether it is still wanted; null for always.</summary>
    public Func<bool>? IsWanted { get; init; }

    /// <summary>Ends when the unit is durable: true where it stored a blob that was not there, or deleted one that was.</summary>
    public Task<bool> Done => done.Task;

    /// <summary>A small blob.</summary>
    public static LogUnit OfBlob(Digest digest, ReadOnlyMemory<byte> content, IReadOnlyList<KeyChange> changes) =>
        new(RecordKind.Blob, HashOf(digest), content.Length, content, KeyChangeFormat.Write(changes));

    /// <summary>A blob that is a file of its own, durable already.</summary>
    public static LogUnit OfFile(Digest digest, long size, IReadOnlyList<KeyChange> changes) =>
        new(RecordKind.File, HashOf(digest), size, default, KeyChangeFormat.Write(changes));

    /// <summary>The end of a blob.</summary>
    public static LogUnit OfDeletion(Digest digest) => OfDeletion(HashOf(digest), isWanted: null);

    /// <summary>The end of a blob, by its raw hash.</summary>
    public static LogUnit OfDeletion(byte[] hash, Func<bool>? isWanted) =>
        new(RecordKind.Deletion, hash, 0, default, []) { IsRelease = true, IsWanted = isWanted };

    /// <summary>That a blob is corrupt.</summary>
    public static LogUnit OfCorruption(Digest digest, Func<bool> isWanted) =>
        new(RecordKind.Corruption, HashOf(digest), 0, default, []) { IsRelease = true, IsWanted = isWanted };

    /// <summary>Key changes alone.</summary>
    public static LogUnit OfChanges(IReadOnlyList<KeyChange> changes) =>
        new(RecordKind.Keys, [], 0, default, KeyChangeFormat.Write(changes)) { IsRelease = changes.All(static change => change.Value is null) };

    /// <summary>The blob of a record that stands elsewhere in the log, or what the record says of one.</summary>
    public static LogUnit OfRecord(in RecordHead head, byte[] hash, ReadOnlyMemory<byte> payload, Func<bool> isWanted) =>
        new(head.Kind, hash, head.BlobSize, payload, []) { IsWanted = isWanted };

    /// <summary>Key changes of records that stand elsewhere in the log.</summary>
    public static LogUnit OfKeys(byte[] keys, Func<bool> isWanted) => new(RecordKind.Keys, [], 0, default, keys) { IsWanted = isWanted };

    /// <summary>Tells whoever waits that the unit is durable.</summary>
    public void Succeed(bool changed) => done.TrySetResult(changed);

    /// <summary>Tells whoever waits that nothing of the unit was kept.</summary>
    public void Fail(Exception exception) => done.TrySetException(exception);

    private static byte[] HashOf(Digest digest)
    {
        byte[] hash = new byte[digest.Algorithm.HexLength / 2];
        digest.CopyHash(hash);
        return hash;
    }
}
