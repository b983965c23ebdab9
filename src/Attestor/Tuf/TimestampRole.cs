using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tuf;

/// <summary>A timestamp: which snapshot is the newest (TUF 1.0, section 4.6).</summary>
internal sealed class TimestampRole
{
    /// <summary>How large the file may be.</summary>
    public const int MaximumSize = 16 << 10;

    public const string FileName = "timestamp.json";

    private TimestampRole(MetadataFile file)
    {
        File = file;
        var meta = StrictJson.Get(file.Signed, "meta", JsonValueKind.Object, file.Name);
        Snapshot = ListedFile.ReadMetadata(StrictJson.Get(meta, SnapshotRole.FileName, JsonValueKind.Object, $"{file.Name}, meta"), $"{file.Name}, entry {SnapshotRole.FileName}");
    }

    /// <summary>The file.</summary>
    public MetadataFile File { get; }

    /// <summary>The snapshot.</summary>
    public ListedFile Snapshot { get; }

    /// <summary>Reads a timestamp that the root's keys signed.</summary>
    /// <exception cref="TufException"><c>TUF_FORMAT</c> or <c>TUF_SIGNATURE</c>.</exception>
    public static TimestampRole Read(ReadOnlyMemory<byte> utf8, RootRole root) =>
        root.ReadSigned(utf8, "timestamp", root.Timestamp, FileName, static file => new TimestampRole(file));

    /// <summary>Refuses this one where an earlier one was further (section 5.4.3).</summary>
    /// <exception cref="TufException"><c>TUF_ROLLBACK</c>.</exception>
    public void RequireNotBefore(TimestampRole earlier)
    {
        if (File.Version < earlier.File.Version)
        {
            throw new TufException(TufException.Rollback, $"The {FileName} has the version {File.Version}; {earlier.File.Version} was seen before.");
        }

        if (Snapshot.Version < earlier.Snapshot.Version)
        {
            throw new TufException(
                TufException.Rollback, $"The {FileName} lists version {Snapshot.Version} of {SnapshotRole.FileName}; {earlier.Snapshot.Version} was listed before.");
        }
    }
}
