using Microsoft.Extensions.Logging;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Upgrades;

/// <summary>Opens the log of a data folder; one of format 1 is brought to the present format first.</summary>
/// <remarks>Blobs of format 1 stay the files that they are: the log only names them. The folder has format 1 until all is in the log.</remarks>
internal static partial class StoreUpgrade
{
    private const int BlobsAtOnce = 1000;
    private const int KeysAtOnce = 1000;
    private const int BlobsPerReport = 100_000;

    /// <summary>Opens the log.</summary>
    /// <exception cref="DataFolderException">It cannot be read or written.</exception>
    public static StoreLog Open(DataFolder folder, LogOptions options, IDisk disk, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(folder);
        bool isOutdated = folder.IsOutdated;
        if (isOutdated && Directory.Exists(folder.Log))
        {
            // An earlier upgrade was broken off.
            Directory.Delete(folder.Log, recursive: true);
        }

        var log = StoreLog.Open(folder, options, disk, time);
        try
        {
            if (isOutdated)
            {
                Upgrade(folder, log, logger);
            }

            if (Directory.Exists(folder.Repositories))
            {
                Directory.Delete(folder.Repositories, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Dispose();
            throw new DataFolderException($"Cannot bring data folder {folder.Path} to the present format: {exception.Message}. It was left as it was.", exception);
        }

        foreach (var damage in log.Start.Damage)
        {
            Damaged(logger, damage.File, damage.Offset, damage.Length, damage.Digest?.ToString() ?? "none that can be told", damage.WasDurable);
        }

        return log;
    }

    private static void Upgrade(DataFolder folder, StoreLog log, ILogger logger)
    {
        var format = new FirstFormat(folder);
        Begun(logger, folder.Path);
        int count = 0;
        foreach (var blobs in format.ListBlobs().Chunk(BlobsAtOnce))
        {
            log.CommitAll([.. blobs.Select(static blob => LogUnit.OfFile(blob.Digest, blob.Size, []))]);
            int before = count;
            count += blobs.Length;
            if (before / BlobsPerReport != count / BlobsPerReport)
            {
                Reached(logger, folder.Path, count);
            }
        }

        foreach (var changes in format.ListKeys().Chunk(KeysAtOnce))
        {
            log.CommitAll([LogUnit.OfChanges(changes)]);
        }

        folder.Upgrade();
        Done(logger, folder.Path, count);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Bringing data folder {Folder} to the present format")]
    private static partial void Begun(ILogger logger, string folder);

    [LoggerMessage(Level = LogLevel.Information, Message = "Bringing data folder {Folder} to the present format: {Blobs} blobs so far")]
    private static partial void Reached(ILogger logger, string folder, int blobs);

    [LoggerMessage(Level = LogLevel.Information, Message = "Data folder {Folder} has the present format: {Blobs} blobs")]
    private static partial void Done(ILogger logger, string folder, int blobs);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{File} cannot be read from byte {Offset} on for {Length} bytes; blob: {Digest}; had been answered for: {WasDurable}. Push what is missing again, and check the disk")]
    private static partial void Damaged(ILogger logger, string file, long offset, long length, string digest, bool wasDurable);
}
