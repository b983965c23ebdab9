using Microsoft.Win32.SafeHandles;
using Provenance.ArtifactStore.Folders;

namespace Provenance.ArtifactStore.Tests.Logs.PowerLoss;

/// <summary>
/// A disk that loses power after a number of calls, and with it any part of what it was not told to flush: sectors of files, and names in
/// folders. Or only the process dies then, and power is lost later.
/// </summary>
internal sealed class LosingDisk(string root, int calls, int seed, bool losesPower) : IDisk, IDisposable
{
    private readonly LocalDisk disk = new(Durability.None);
    private readonly Random random = new(seed);
    private readonly Lock gate = new();
    private readonly List<LosingFile> files = [];
    private readonly Dictionary<string, Dictionary<string, LosingFile>> durableNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LosingFile> left = new(StringComparer.Ordinal);
    private int callsLeft = calls;

    /// <summary>What the next process finds: paths below the folder and bytes. Null while this one works.</summary>
    public Dictionary<string, byte[]>? Left { get; private set; }

    /// <summary>The folder as it is before the first call: all of it is durable, but for what an earlier process left unflushed.</summary>
    public void TakeUp(LosingDisk? earlier)
    {
        foreach (string folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories))
        {
            durableNames[folder] = Names(folder);
        }

        foreach (var (name, file) in earlier?.left ?? [])
        {
            Track(Path.Combine(root, name))?.Inherit(file);
        }
    }

    public SafeFileHandle Create(string path, long size) => Call(() =>
    {
        var file = disk.Create(path, 0);
        Track(path)!.WasCut(0, size);
        disk.Cut(file, 0, size);
        return file;
    });

    public void Cut(SafeFileHandle file, long length, long size) => Call(() =>
    {
        Track(file).WasCut(length, size);
        disk.Cut(file, length, size);
        return 0;
    });

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> content, long offset)
    {
        byte[] copy = content.ToArray();
        Call(() =>
        {
            var tracked = Track(file);
            disk.Write(file, copy, offset);
            tracked.Wrote(copy, offset);
            return 0;
        });
    }

    public void Flush(SafeFileHandle file) => Call(() =>
    {
        Track(file).Flushed();
        return 0;
    });

    public void Hurry(SafeFileHandle file, long offset, long length)
    {
    }

    public void FlushFolder(string path) => Call(() =>
    {
        durableNames[path] = Names(path);
        return 0;
    });

    /// <summary>Ends the life of the process now, if it has not ended yet.</summary>
    public void End()
    {
        lock (gate)
        {
            Left ??= Image();
        }
    }

    public void Dispose() => files.ForEach(static file => file.Dispose());

    private T Call<T>(Func<T> act)
    {
        lock (gate)
        {
            if (Left is not null)
            {
                throw new IOException("The power is off.");
            }

            // The last call has its effect, and nobody hears of it: what it wrote is not flushed, what it flushed is not answered for.
            var result = act();
            if (--callsLeft <= 0)
            {
                Left = Image();
                (result as IDisposable)?.Dispose();
                throw new IOException("The power goes off.");
            }

            return result;
        }
    }

    private Dictionary<string, byte[]> Image()
    {
        // Sometimes nearly everything was written all the same, sometimes nearly nothing.
        double kept = new[] { 0, 0.1, 0.5, 0.9, 1 }[random.Next(5)];
        bool IsKept() => !losesPower || random.NextDouble() < kept;
        var image = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (string folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Append(root))
        {
            var present = Names(folder);
            var durable = losesPower && folder != root ? durableNames.GetValueOrDefault(folder) ?? [] : present;
            foreach (string name in present.Keys.Union(durable.Keys).Order(StringComparer.Ordinal))
            {
                var (now, before) = (present.GetValueOrDefault(name), durable.GetValueOrDefault(name));
                if ((now == before || IsKept() ? now : before) is { } file)
                {
                    // Hints are never flushed, whoever writes them.
                    bool isTorn = losesPower && name.EndsWith(".hint", StringComparison.Ordinal);
                    byte[] content = losesPower ? file.AfterLoss(IsKept) : file.Present();
                    string path = Path.GetRelativePath(root, Path.Combine(folder, name));
                    left[path] = file;
                    image[path] = isTorn && !IsKept() ? content[..random.Next(content.Length)] : content;
                }
            }
        }

        return image;
    }

    private Dictionary<string, LosingFile> Names(string folder)
    {
        var names = new Dictionary<string, LosingFile>(StringComparer.Ordinal);
        foreach (string path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [])
        {
            // The folder of files that are not finished is emptied at every start.
            if (Path.GetFileName(folder) != "tmp" && Track(path) is { } file)
            {
                names[Path.GetFileName(path)] = file;
            }
        }

        return names;
    }

    private LosingFile Track(SafeFileHandle handle) => Track(new FileInfo(LosingFile.Link(handle)).LinkTarget!, LosingFile.Link(handle))!;

    private LosingFile? Track(string path) => Track(path, path);

    private LosingFile? Track(string path, string way)
    {
        var file = files.Find(file => file.Path == path) ?? LosingFile.TryOpen(way);
        if (file is not null && !files.Contains(file))
        {
            files.Add(file);
        }

        return file;
    }
}
