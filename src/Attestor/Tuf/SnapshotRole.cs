using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tuf;

/// <summary>A snapshot: which versions of the targets files belong together (TUF 1.0, section 4.4).</summary>
internal sealed class SnapshotRole
{
    /// <summary>How large the file may be.</summary>
    public const int MaximumSize = 2_000_000;

    public const string FileName = "snapshot.json";

    private SnapshotRole(MetadataFile file)
    {
        File = file;
        Files = ListedFile.ReadAll(file, "meta", "entry", ListedFile.ReadMetadata);
        Targets = Files.GetValueOrDefault(TargetsRole.FileName)
            ?? throw new EvidenceException("JSON_INVALID", $"The {file.Name} does not list {TargetsRole.FileName}.");
    }

    /// <summary>The file.</summary>
    public MetadataFile File { get; }

    /// <summary>All targets files, those of delegations among them.</summary>
    public IReadOnlyDictionary<string, ListedFile> Files { get; }

    /// <summary>The targets file.</summary>
    public ListedFile Targets { get; }

    /// <summary>Reads a snapshot that the root's keys signed.</summary>
    /// <exception cref="TufException"><c>TUF_FORMAT</c> or <c>TUF_SIGNATURE</c>.</exception>
    public static SnapshotRole Read(ReadOnlyMemory<byte> utf8, RootRole root, string name) =>
        root.ReadSigned(utf8, "snapshot", root.Snapshot, name, static file => new SnapshotRole(file));

    /// <summary>Refuses this one where an earlier one listed more files or higher versions (section 5.5.5).</summary>
    /// <exception cref="TufException"><c>TUF_ROLLBACK</c>.</exception>
    public void RequireNotBefore(SnapshotRole earlier)
    {
        foreach (var (name, before) in earlier.Files)
        {
            string file = StrictJson.Excerpt(name);
            if (!Files.TryGetValue(name, out var now))
            {
                throw new TufException(TufException.Rollback, $"The {File.Name} does not list {file}, which the snapshot of version {earlier.File.Version} listed.");
            }

            if (now.Version < before.Version)
            {
                throw new TufException(TufException.Rollback, $"The {File.Name} lists version {now.Version} of {file}; {before.Version} was listed before.");
            }
        }
    }
}
