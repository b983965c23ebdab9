using System.Security.Cryptography;
using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tuf;

/// <summary>What one file says of another: its version, length and hashes, as far as they are given (TUF 1.0, sections 4.4 to 4.6).</summary>
/// <param name="Version">The version; 0 for targets, which have none.</param>
/// <param name="Length">How many bytes it has; null where that is not said.</param>
/// <param name="Sha256">Its SHA-256, lower-case hexadecimal.</param>
/// <param name="Sha512">Its SHA-512, lower-case hexadecimal.</param>
internal sealed record ListedFile(long Version, long? Length, string? Sha256, string? Sha512)
{
    /// <summary>The hash that stands before the name where snapshots are consistent; null where no known one is given.</summary>
    public string? Prefix => Sha256 ?? Sha512;

    /// <summary>Reads all that a file lists, by name.</summary>
    /// <param name="file">The file that lists them.</param>
    /// <param name="field">Its field with the list.</param>
    /// <param name="kind">What one of them is called in errors.</param>
    /// <param name="read">Reads one.</param>
    public static Dictionary<string, ListedFile> ReadAll(MetadataFile file, string field, string kind, Func<JsonElement, string, ListedFile> read) =>
        StrictJson.Get(file.Signed, field, JsonValueKind.Object, file.Name).EnumerateObject().ToDictionary(
            static member => member.Name,
            member => read(member.Value, $"{file.Name}, {kind} {StrictJson.Excerpt(member.Name)}"),
            StringComparer.Ordinal);

    /// <summary>Reads the entry of a metadata file, which has a version.</summary>
    public static ListedFile ReadMetadata(JsonElement entry, string what)
    {
        long version = MetadataFile.ReadNumber(entry, "version", what);
        return version >= 1 ? Read(entry, version, what) : throw new EvidenceException("JSON_INVALID", $"The {what} has the version {version}; versions begin with 1.");
    }

    /// <summary>Reads the entry of a target, which has a length and a hash.</summary>
    public static ListedFile ReadTarget(JsonElement entry, string what)
    {
        var file = Read(entry, 0, what);
        return file is { Length: not null, Prefix: not null }
            ? file
            : throw new EvidenceException("JSON_INVALID", $"The {what} lacks a length, or a hash by SHA-256 or SHA-512.");
    }

    /// <summary>Refuses bytes that are not those of the file.</summary>
    /// <exception cref="TufException"><c>TUF_HASH</c>.</exception>
    public void Require(ReadOnlySpan<byte> content, string name, string by)
    {
        if (Length is { } length && content.Length != length)
        {
            throw new TufException(TufException.Hash, $"The {name} has {content.Length} bytes; {by} lists {length}.");
        }

        Require("SHA-256", Sha256, Sha256 is null ? null : SHA256.HashData(content), name, by);
        Require("SHA-512", Sha512, Sha512 is null ? null : SHA512.HashData(content), name, by);
    }

    /// <summary>Whether bytes are those of the file.</summary>
    public bool Matches(ReadOnlySpan<byte> content) =>
        (Length is null || content.Length == Length)
        && (Sha256 is null || Sha256 == Convert.ToHexStringLower(SHA256.HashData(content)))
        && (Sha512 is null || Sha512 == Convert.ToHexStringLower(SHA512.HashData(content)));

    private static void Require(string algorithm, string? expected, byte[]? actual, string name, string by)
    {
        if (actual is not null && Convert.ToHexStringLower(actual) is var hex && hex != expected)
        {
            throw new TufException(TufException.Hash, $"The {name} has the {algorithm} {hex}; {by} lists {expected}.");
        }
    }

    private static ListedFile Read(JsonElement entry, long version, string what)
    {
        if (entry.ValueKind is not JsonValueKind.Object)
        {
            throw new EvidenceException("JSON_INVALID", $"The {what} is no JSON object.");
        }

        long? length = entry.TryGetProperty("length", out _) ? MetadataFile.ReadNumber(entry, "length", what) : null;
        if (StrictJson.Find(entry, "hashes", JsonValueKind.Object, what) is not { } hashes)
        {
            return new ListedFile(version, length, null, null);
        }

        var file = new ListedFile(version, length, ReadHash(hashes, "sha256", 64, what), ReadHash(hashes, "sha512", 128, what));
        return file.Prefix is not null ? file : throw new EvidenceException("JSON_INVALID", $"The {what} has hashes, but none by SHA-256 or SHA-512.");
    }

    private static string? ReadHash(JsonElement hashes, string name, int digits, string what) =>
        StrictJson.Find(hashes, name, JsonValueKind.String, what)?.GetString() switch
        {
            null => null,
            { } text when text.Length == digits && text.All(static c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f') => text,
            _ => throw new EvidenceException("JSON_INVALID", $"The {name} of the {what} is not {digits} lower-case hexadecimal digits."),
        };
}
