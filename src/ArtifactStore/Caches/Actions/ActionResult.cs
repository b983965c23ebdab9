using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Caches.Actions;

/// <summary>
/// Which blobs the result of an action needs (remote-apis, <c>build.bazel.remote.execution.v2.ActionResult</c>). Everything else in it
/// is opaque.
/// </summary>
/// <param name="Blobs">Output files, standard output and standard error.</param>
/// <param name="Trees">Output directories: blobs that hold a <c>Tree</c>, which refers to further blobs.</param>
internal sealed record ActionResult(IReadOnlyList<SizedDigest> Blobs, IReadOnlyList<SizedDigest> Trees)
{
    /// <summary>The most blobs that a result may refer to, those of its trees included.</summary>
    public const int MaximumReferences = 100_000;

    /// <summary>Reads a serialised <c>ActionResult</c>.</summary>
    /// <exception cref="FormatException">It is none, or refers to too many blobs.</exception>
    public static ActionResult Parse(ReadOnlySpan<byte> message)
    {
        var blobs = new List<SizedDigest>();
        var trees = new List<SizedDigest>();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    Add(blobs, ReadOwner(reader.RequireBytes(), digestField: 2, isDirectory: false));
                    break;
                case 3:
                    Add(trees, ReadOwner(reader.RequireBytes(), digestField: 3, isDirectory: true));
                    break;
                case 6 or 8:
                    Add(blobs, ReadDigest(reader.RequireBytes()));
                    break;
                case 5 or 7 or 9 or 10 or 11 or 12:
                    reader.RequireBytes();
                    break;
                case 4:
                    RequireInteger(reader);
                    break;
                case 1:
                    throw new FormatException("an action result has no field 1");
            }
        }

        return new ActionResult(blobs, trees);
    }

    /// <summary>The files of a serialised <c>Tree</c>, at most <paramref name="maximum"/>.</summary>
    /// <exception cref="FormatException">It is none, or has more files.</exception>
    public static IReadOnlyList<SizedDigest> ParseTree(ReadOnlySpan<byte> message, int maximum)
    {
        var files = new List<SizedDigest>();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field is not (1 or 2))
            {
                throw new FormatException($"a tree has no field {reader.Field}");
            }

            var directory = new ProtobufReader(reader.RequireBytes());
            while (directory.Next())
            {
                if (directory.Field == 1)
                {
                    Add(files, ReadOwner(directory.RequireBytes(), digestField: 2, isDirectory: false), maximum);
                }
            }
        }

        return files;
    }

    private static SizedDigest ReadOwner(ReadOnlySpan<byte> message, int digestField, bool isDirectory)
    {
        SizedDigest? found = null;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                reader.RequireText();
            }
            else if (reader.Field == digestField)
            {
                found = found is null ? ReadDigest(reader.RequireBytes()) : throw new FormatException("an output has two digests");
            }
        }

        return found ?? throw new FormatException(isDirectory ? "an output directory has no tree" : "an output file has no digest");
    }

    private static SizedDigest ReadDigest(ReadOnlySpan<byte> message)
    {
        string hash = "";
        long size = 0;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    hash = reader.RequireText();
                    break;
                case 2:
                    size = reader.RequireSize();
                    break;
                default:
                    throw new FormatException($"a digest has no field {reader.Field}");
            }
        }

        return Digest.TryParse($"sha256:{hash}", out var digest, out string? problem) ? new SizedDigest(digest, size) : throw new FormatException(problem);
    }

    private static void RequireInteger(ProtobufReader reader)
    {
        if (!reader.IsInteger)
        {
            throw new FormatException($"field {reader.Field} is no integer");
        }
    }

    private static void Add(List<SizedDigest> references, SizedDigest reference, int maximum = MaximumReferences)
    {
        if (references.Count >= maximum)
        {
            throw new FormatException($"it refers to more than {MaximumReferences} blobs");
        }

        references.Add(reference);
    }
}
