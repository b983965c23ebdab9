using System.Globalization;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs.Segments;

namespace Provenance.ArtifactStore.Logs;

/// <summary>The files of a log: <c>log/number.segment</c> with <c>log/number.hint</c>.</summary>
internal sealed class LogFiles(DataFolder folder, IDisk disk)
{
    private const string Extension = ".segment";

    /// <summary>The calls that make bytes durable.</summary>
    public IDisk Disk => disk;

    /// <summary>The segments that are there, in their order.</summary>
    public IReadOnlyList<(int Number, string Path)> List() =>
    [
        .. Directory.EnumerateFiles(folder.Log, "*" + Extension)
            .Select(static path => (int.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0, path))
            .Where(static file => file.Item1 > 0)
            .OrderBy(static file => file.Item1),
    ];

    /// <summary>Makes the segment that follows another; it is there after a crash once this returns.</summary>
    public Segment Create(int number, Segment? previous, long size)
    {
        string path = PathOf(number);
        ulong marker = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        var head = new SegmentHead(number, marker, previous?.Number ?? 0, previous?.End ?? 0);
        var file = disk.Create(path, size);
        try
        {
            disk.Write(file, head.ToBytes(), 0);
            disk.Flush(file);
            disk.FlushFolder(folder.Log);
            return new Segment(head, path, file, new HintFile(head));
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Writes the hint of a segment. Without it the next start reads the segment itself, so a disk that refuses does no harm.</summary>
    public void TryWriteHint(Segment segment)
    {
        string temporary = folder.NewTemporaryPath();
        try
        {
            segment.Hint?.Write(temporary, Segment.HintOf(segment.Path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
        }
    }

    /// <summary>Gives back the room that a segment did not need, but for some. It is only room: nothing depends on it.</summary>
    public void TryTrim(Segment segment, int kept)
    {
        try
        {
            disk.Cut(segment.File, segment.End, segment.End + kept);
        }
        catch (IOException)
        {
            // The segment stays as large as it is.
        }
    }

    /// <summary>Removes a segment whose records are not needed any more.</summary>
    public void Delete(Segment segment)
    {
        File.Delete(segment.Path);
        File.Delete(Segment.HintOf(segment.Path));
        disk.FlushFolder(folder.Log);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What stands in the temporary folder is removed at the next start.
        }
    }

    private string PathOf(int number) => Path.Combine(folder.Log, number.ToString("D8", CultureInfo.InvariantCulture) + Extension);
}
