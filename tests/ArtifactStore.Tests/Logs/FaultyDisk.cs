using Microsoft.Win32.SafeHandles;
using Provenance.ArtifactStore.Folders;

namespace Provenance.ArtifactStore.Tests.Logs;

/// <summary>A disk that counts flushes, and breaks when it is told to.</summary>
internal sealed class FaultyDisk : IDisk
{
    private readonly LocalDisk disk = new(Durability.Full);

    public int Flushes { get; private set; }

    /// <summary>How many bytes files can be given besides what they have.</summary>
    public long RoomLeft { get; set; } = long.MaxValue / 2;

    public bool CannotCut { get; set; }

    public Func<Exception>? OnCreate { get; set; }

    public Func<Exception>? OnWrite { get; set; }

    public Func<Exception>? OnFlush { get; set; }

    /// <summary>Flushes wait while this is not set.</summary>
    public ManualResetEventSlim Gate { get; } = new(initialState: true);

    public SafeFileHandle Create(string path, long size) => OnCreate is null ? disk.Create(path, size) : throw OnCreate();

    public void Cut(SafeFileHandle file, long length, long size)
    {
        if (CannotCut)
        {
            throw new IOException("Input/output error");
        }

        disk.Cut(file, length, length);
        if (size > length + RoomLeft)
        {
            throw new StorageFullException("the disk");
        }

        disk.Cut(file, length, size);
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> content, long offset)
    {
        if (OnWrite is not null)
        {
            // As a full disk does: some of it is written.
            disk.Write(file, content[..(content.Length / 2)], offset);
            throw OnWrite();
        }

        disk.Write(file, content, offset);
    }

    public void Flush(SafeFileHandle file)
    {
        Flushes++;
        Gate.Wait();
        if (OnFlush is not null)
        {
            throw OnFlush();
        }

        disk.Flush(file);
    }

    public void Hurry(SafeFileHandle file, long offset, long length) => disk.Hurry(file, offset, length);

    public void FlushFolder(string path) => disk.FlushFolder(path);
}
