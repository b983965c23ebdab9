using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tuf;

/// <summary>The targets: which files the repository offers (TUF 1.0, section 4.5). Delegations are not followed.</summary>
internal sealed class TargetsRole
{
    /// <summary>How large the file may be.</summary>
    public const int MaximumSize = 5_000_000;

    public const string FileName = "targets.json";

    private readonly bool delegates;

    private TargetsRole(MetadataFile file)
    {
        File = file;
        Files = ListedFile.ReadAll(file, "targets", "target", ListedFile.ReadTarget);
        delegates = StrictJson.Find(file.Signed, "delegations", JsonValueKind.Object, file.Name) is not null;
    }

    /// <summary>The file.</summary>
    public MetadataFile File { get; }

    /// <summary>The files that are offered.</summary>
    public IReadOnlyDictionary<string, ListedFile> Files { get; }

    /// <summary>Reads targets that the root's keys signed.</summary>
    /// <exception cref="TufException"><c>TUF_FORMAT</c> or <c>TUF_SIGNATURE</c>.</exception>
    public static TargetsRole Read(ReadOnlyMemory<byte> utf8, RootRole root, string name) =>
        root.ReadSigned(utf8, "targets", root.Targets, name, static file => new TargetsRole(file));

    /// <summary>A file that is offered.</summary>
    /// <exception cref="TufException"><c>TUF_TARGET</c>.</exception>
    public ListedFile Get(string name) => Files.GetValueOrDefault(name) ?? throw new TufException(
        TufException.Target,
        $"The {File.Name} does not list {name}." + (delegates ? " It delegates to other roles, which are not searched." : string.Empty));
}
