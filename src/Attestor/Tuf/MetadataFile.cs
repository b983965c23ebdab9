using System.Globalization;
using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tuf;

/// <summary>
/// A metadata file of TUF 1.0 (section 4.2.1), parsed and not verified: its envelope, and what all roles have. Exists only in the form
/// that the specification gives; members that it does not know are kept under the signature and otherwise ignored.
/// </summary>
internal sealed class MetadataFile
{
    private const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const long LargestNumber = (1L << 53) - 1;

    private MetadataFile(string name, ReadOnlyMemory<byte> content, JsonElement signed, IReadOnlyDictionary<string, byte[]> signatures)
    {
        Name = name;
        Content = content;
        Signed = signed;
        SignedBytes = OlpcJson.Of(signed);
        Signatures = signatures;
        Version = ReadNumber(signed, "version", name);
        Expires = ReadDate(StrictJson.GetText(signed, "expires", name), name);
        if (Version < 1)
        {
            throw new EvidenceException("JSON_INVALID", $"The {name} has the version {Version}; versions begin with 1.");
        }
    }

    /// <summary>By what name it was asked for, such as <c>5.root.json</c>.</summary>
    public string Name { get; }

    /// <summary>The file, byte for byte.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The part that is signed.</summary>
    public JsonElement Signed { get; }

    /// <summary>The bytes that the signatures are over.</summary>
    public byte[] SignedBytes { get; }

    /// <summary>The signatures by key id; one that is no hexadecimal text is empty and never holds.</summary>
    public IReadOnlyDictionary<string, byte[]> Signatures { get; }

    /// <summary>The version, 1 or more.</summary>
    public long Version { get; }

    /// <summary>From when on it must not be trusted.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>Reads a file of a role.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <param name="role">The role, such as <c>root</c>.</param>
    /// <param name="name">What the file is called in errors.</param>
    /// <param name="read">Reads what the role has of its own.</param>
    /// <exception cref="TufException"><c>TUF_FORMAT</c>, or what <paramref name="read"/> throws.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> utf8, string role, string name, Func<MetadataFile, T> read)
    {
        try
        {
            using var document = StrictJson.ParseObject(utf8, name);
            var signed = StrictJson.Get(document.RootElement, "signed", JsonValueKind.Object, name);
            string type = StrictJson.GetText(signed, "_type", name);
            if (type != role)
            {
                throw new EvidenceException("JSON_INVALID", $"The {name} is of the type \"{StrictJson.Excerpt(type)}\", not \"{role}\".");
            }

            string specification = StrictJson.GetText(signed, "spec_version", name);
            string[] parts = specification.Split('.');
            if (parts is not ["1", _] and not ["1", _, _] || !parts.All(static part => part.Length > 0 && part.All(char.IsAsciiDigit)))
            {
                throw new EvidenceException("JSON_INVALID", $"The {name} follows version \"{StrictJson.Excerpt(specification)}\" of TUF; versions 1.x are read.");
            }

            return read(new MetadataFile(name, utf8, signed.Clone(), ReadSignatures(document.RootElement, name)));
        }
        catch (EvidenceException e)
        {
            throw new TufException(TufException.Format, e.Message, e);
        }
    }

    /// <summary>A whole number that is not negative and that every reader of JSON reads alike.</summary>
    public static long ReadNumber(JsonElement value, string name, string what) =>
        StrictJson.Get(value, name, JsonValueKind.Number, what).TryGetInt64(out long number) && number is >= 0 and <= LargestNumber
            ? number
            : throw new EvidenceException("JSON_INVALID", $"The field \"{name}\" of the {what} is no whole number from 0 to {LargestNumber}.");

    /// <summary>Refuses the file unless enough of the role's keys signed it.</summary>
    /// <exception cref="TufException"><c>TUF_SIGNATURE</c>.</exception>
    public void RequireSigned(RoleKeys role, string by)
    {
        int signers = role.CountSigners(this);
        if (signers < role.Threshold)
        {
            int unusable = role.Ids.Count(id => !role.Keys.ContainsKey(id));
            throw new TufException(
                TufException.Signature,
                $"The {Name} is signed by {signers} keys of {by}; {role.Threshold} are needed."
                + (unusable is 0 ? string.Empty : $" {unusable} of the role's keys count for nothing: they are of unknown types, or listed under ids that are not their hashes."));
        }
    }

    /// <summary>Refuses the file once it has expired.</summary>
    /// <exception cref="TufException"><c>TUF_EXPIRED</c>.</exception>
    public void RequireFresh(DateTimeOffset now)
    {
        if (Expires <= now)
        {
            throw new TufException(
                TufException.Expired,
                $"The {Name}, version {Version}, expired at {Text(Expires)}; it is {Text(now)}. Either the repository is not kept up, or something holds its updates back, or this clock is wrong.");
        }
    }

    private static string Text(DateTimeOffset time) => time.ToString(DateFormat, CultureInfo.InvariantCulture);

    private static Dictionary<string, byte[]> ReadSignatures(JsonElement envelope, string name)
    {
        var signatures = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var item in StrictJson.Get(envelope, "signatures", JsonValueKind.Array, name).EnumerateArray())
        {
            if (item.ValueKind is not JsonValueKind.Object)
            {
                throw new EvidenceException("JSON_INVALID", $"The {name} has a signature that is no JSON object.");
            }

            string id = StrictJson.GetText(item, "keyid", name);
            string signature = StrictJson.GetText(item, "sig", name);
            byte[] bytes = signature.Length % 2 is 0 && signature.All(char.IsAsciiHexDigit) ? Convert.FromHexString(signature) : [];
            if (!signatures.TryAdd(id, bytes))
            {
                throw new EvidenceException("JSON_INVALID", $"The {name} has two signatures of the key {StrictJson.Excerpt(id)}.");
            }
        }

        return signatures;
    }

    private static DateTimeOffset ReadDate(string text, string name) =>
        DateTimeOffset.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : throw new EvidenceException("JSON_INVALID", $"The {name} expires at \"{StrictJson.Excerpt(text)}\", which is no time of the form 2030-01-31T00:00:00Z.");
}
