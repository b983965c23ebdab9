using System.Buffers;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Provenance.ArtifactStore.Digests;

namespace Provenance.Attestor.Statements;

/// <summary>
/// Digests of one artifact by algorithm name, sorted by name (in-toto attestation spec v1, digest_set.md). Values are lower-case
/// hexadecimal of the algorithm's length, so that an invalid set cannot exist.
/// </summary>
public sealed class DigestSet : IReadOnlyList<KeyValuePair<string, string>>, IEquatable<DigestSet>
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly KeyValuePair<string, string>[] entries;
    private Digest? contentDigest;

    private DigestSet(KeyValuePair<string, string>[] sortedEntries) => entries = sortedEntries;

    /// <inheritdoc/>
    public int Count => entries.Length;

    /// <summary>The digests that a content-addressed store can look up: SHA-256 first.</summary>
    public Digest? ContentDigest => contentDigest ??=
        Find("sha256") is { } sha256 ? Digest.Parse("sha256:" + sha256)
        : Find("sha512") is { } sha512 ? Digest.Parse("sha512:" + sha512)
        : null;

    /// <inheritdoc/>
    public KeyValuePair<string, string> this[int index] => entries[index];

    /// <summary>The set that holds one content digest.</summary>
    public static DigestSet Of(Digest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return new([new(digest.Algorithm.Name, digest.Hex)]) { contentDigest = digest };
    }

    /// <summary>Checks every digest of an artifact; says in <paramref name="problem"/> which one is wrong and how.</summary>
    /// <remarks>
    /// Accepted: sha256, sha384, sha512, sha1 and gitCommit (SHA-1 or SHA-256 of a commit object). A set of weak digests only (sha1) is
    /// valid here, as git sources have nothing else; whether it may be a subject is for the caller to say.
    /// </remarks>
    public static bool TryCreate(
        IEnumerable<KeyValuePair<string, string>> digests,
        [NotNullWhen(true)] out DigestSet? set,
        [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(digests);
        set = null;
        var sorted = digests.ToArray();
        if (sorted.Length > 1)
        {
            Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        }

        if (sorted.Length is 0 or > 32)
        {
            problem = sorted.Length is 0 ? "it has no digest" : $"it has {sorted.Length} digests, more than 32";
            return false;
        }

        for (int i = 0; i < sorted.Length; i++)
        {
            var (algorithm, value) = sorted[i];
            problem = i > 0 && sorted[i - 1].Key == algorithm ? $"it has two digests named {algorithm}" : Check(algorithm, value);
            if (problem is not null)
            {
                return false;
            }
        }

        problem = null;
        set = new DigestSet(sorted);
        return true;
    }

    /// <summary>The hexadecimal value of an algorithm; null where the set has none.</summary>
    public string? Find(string algorithm)
    {
        foreach (var (name, value) in entries)
        {
            if (name == algorithm)
            {
                return value;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Equals(DigestSet? other) => other is not null && entries.AsSpan().SequenceEqual(other.entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DigestSet);

    /// <inheritdoc/>
    public override int GetHashCode() => entries.Length is 0 ? 0 : StringComparer.Ordinal.GetHashCode(entries[0].Value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)entries).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => entries.GetEnumerator();

    /// <summary>The strongest digest as <c>algorithm:hex</c>.</summary>
    public override string ToString() => ContentDigest?.ToString() ?? $"{entries[0].Key}:{entries[0].Value}";

    private static string? Check(string algorithm, string value)
    {
        int length = algorithm switch
        {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            "sha1" => 40,
            // A commit object's name is a SHA-1, or a SHA-256 in repositories of that format.
            "gitCommit" => value.Length is 64 ? 64 : 40,
            _ => 0,
        };
        if (length is 0)
        {
            return $"\"{Shorten(algorithm)}\" is no accepted digest algorithm (sha256, sha384, sha512, sha1, gitCommit)";
        }

        if (value.Length != length)
        {
            return $"its {algorithm} digest has {value.Length} characters where {length} are needed: \"{Shorten(value)}\"";
        }

        return value.AsSpan().ContainsAnyExcept(LowerHex)
            ? $"its {algorithm} digest is not lower-case hexadecimal: \"{Shorten(value)}\""
            : null;
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..77] + "...";
}
