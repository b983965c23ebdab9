using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tuf;

/// <summary>A root: whose keys sign for which role (TUF 1.0, section 4.3).</summary>
internal sealed class RootRole
{
    /// <summary>How large the file may be.</summary>
    public const int MaximumSize = 512 << 10;

    private const int MaximumKeys = 256;

    private RootRole(MetadataFile file)
    {
        File = file;
        ConsistentSnapshot = file.Signed.TryGetProperty("consistent_snapshot", out var consistent) && consistent.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new EvidenceException("JSON_INVALID", $"The field \"consistent_snapshot\" of the {file.Name} is no boolean."),
        };
        var keys = ReadKeys(file);
        var roles = StrictJson.Get(file.Signed, "roles", JsonValueKind.Object, file.Name);
        RoleKeys Role(string name) => RoleKeys.Read(StrictJson.Get(roles, name, JsonValueKind.Object, $"{file.Name}, roles"), keys, $"{file.Name}, role {name}");
        (Root, Timestamp, Snapshot, Targets) = (Role("root"), Role("timestamp"), Role("snapshot"), Role("targets"));
    }

    /// <summary>The file.</summary>
    public MetadataFile File { get; }

    /// <summary>Whether the names of files begin with their version or hash (section 6.2).</summary>
    public bool ConsistentSnapshot { get; }

    public RoleKeys Root { get; }

    public RoleKeys Timestamp { get; }

    public RoleKeys Snapshot { get; }

    public RoleKeys Targets { get; }

    /// <summary>Reads a root, unverified.</summary>
    /// <exception cref="TufException"><c>TUF_FORMAT</c>.</exception>
    public static RootRole Read(ReadOnlyMemory<byte> utf8, string name) => MetadataFile.Read(utf8, "root", name, static file => new RootRole(file));

    /// <summary>Reads a root that trust begins with: it must be signed by its own keys.</summary>
    /// <exception cref="TufException"><c>TUF_ROOT</c>.</exception>
    public static RootRole ReadFirst(ReadOnlyMemory<byte> utf8, string name)
    {
        try
        {
            var root = Read(utf8, name);
            root.File.RequireSigned(root.Root, "its own role root");
            return root;
        }
        catch (TufException e)
        {
            throw new TufException(TufException.Root, $"Trust cannot begin here: {e.Message} Name a root that you trust with --root FILE.", e);
        }
    }

    /// <summary>Reads the root that follows this one (section 5.3.4 and 5.3.5).</summary>
    /// <exception cref="TufException"><c>TUF_FORMAT</c>, <c>TUF_SIGNATURE</c> or <c>TUF_VERSION</c>.</exception>
    public RootRole ReadNext(ReadOnlyMemory<byte> utf8, string name)
    {
        var next = Read(utf8, name);
        next.File.RequireSigned(Root, $"the root of version {File.Version}");
        next.File.RequireSigned(next.Root, "its own role root");
        return next.File.Version == File.Version + 1
            ? next
            : throw new TufException(TufException.Version, $"The {name} has the version {next.File.Version}; after {File.Version} comes {File.Version + 1}.");
    }

    /// <summary>Reads a file of another role, which enough of the keys must have signed that this root names for it.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <param name="role">The role, such as <c>snapshot</c>.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="name">What the file is called in errors.</param>
    /// <param name="read">Reads what the role has of its own.</param>
    /// <exception cref="TufException"><c>TUF_FORMAT</c> or <c>TUF_SIGNATURE</c>.</exception>
    public T ReadSigned<T>(ReadOnlyMemory<byte> utf8, string role, RoleKeys keys, string name, Func<MetadataFile, T> read) => MetadataFile.Read(utf8, role, name, file =>
    {
        var content = read(file);
        file.RequireSigned(keys, $"the role {role} in the root of version {File.Version}");
        return content;
    });

    private static Dictionary<string, TufKey> ReadKeys(MetadataFile file)
    {
        var keys = new Dictionary<string, TufKey>(StringComparer.Ordinal);
        var listed = StrictJson.Get(file.Signed, "keys", JsonValueKind.Object, file.Name);
        if (listed.GetPropertyCount() > MaximumKeys)
        {
            throw new EvidenceException("JSON_INVALID", $"The {file.Name} lists {listed.GetPropertyCount()} keys; at most {MaximumKeys} are read.");
        }

        foreach (var member in listed.EnumerateObject())
        {
            string what = $"{file.Name}, key {StrictJson.Excerpt(member.Name)}";
            if (member.Value.ValueKind is not JsonValueKind.Object)
            {
                throw new EvidenceException("JSON_INVALID", $"The {what} is no JSON object.");
            }

            // Not a reason to refuse the root: version 11 of the public Sigstore instance lists a key so, and later roots follow from it.
            if (TufKey.Read(member.Value, what) is { } key && TufKey.IsIdOf(member.Name, member.Value, what))
            {
                keys.Add(member.Name, key);
            }
        }

        return keys;
    }
}
