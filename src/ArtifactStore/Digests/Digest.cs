using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Provenance.ArtifactStore.Digests;

/// <summary>
/// A content digest, <c>algorithm:hex</c>, that can only exist in valid form (OCI image-spec 1.1, descriptor.md, "Digests"):
/// a registered algorithm, the exact length, lower-case hexadecimal.
/// </summary>
public sealed record Digest
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly string text;

    private Digest(DigestAlgorithm algorithm, string text)
    {
        Algorithm = algorithm;
        this.text = text;
    }

    /// <summary>The algorithm before the colon.</summary>
    public DigestAlgorithm Algorithm { get; }

    /// <summary>The lower-case hexadecimal characters after the colon.</summary>
    public string Hex => text[(Algorithm.Name.Length + 1)..];

    /// <summary>Reads <c>algorithm:hex</c>.</summary>
    /// <exception cref="FormatException">The text is no valid digest; the message says why.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest, out var problem) ? digest : throw new FormatException(problem);

    /// <summary>Reads <c>algorithm:hex</c>; false for anything that is not exactly a valid digest.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Digest? digest) =>
        TryParse(text, out digest, out _);

    /// <summary>Reads <c>algorithm:hex</c> and says in <paramref name="problem"/> what is wrong when it cannot.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out Digest? digest,
        [NotNullWhen(false)] out string? problem)
    {
        digest = null;
        int colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (text is null || colon < 0)
        {
            problem = $"\"{text}\" is no digest: expected algorithm:hex";
            return false;
        }

        var algorithm = DigestAlgorithm.Find(text.AsSpan(0, colon));
        if (algorithm is null)
        {
            problem = $"\"{text[..colon]}\" is no supported digest algorithm: expected sha256 or sha512";
            return false;
        }

        var hex = text.AsSpan(colon + 1);
        if (hex.Length != algorithm.HexLength)
        {
            problem = $"a {algorithm} digest has {algorithm.HexLength} hexadecimal characters, not {hex.Length}";
            return false;
        }

        if (hex.ContainsAnyExcept(LowerHex))
        {
            problem = $"a {algorithm} digest is written in lower-case hexadecimal characters only";
            return false;
        }

        problem = null;
        digest = new Digest(algorithm, text);
        return true;
    }

    /// <summary>The digest of bytes in memory.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => Of(DigestAlgorithm.Sha256, content);

    /// <summary>The digest of bytes in memory by the named algorithm.</summary>
    public static Digest Of(DigestAlgorithm algorithm, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        Span<byte> hash = stackalloc byte[algorithm.HexLength / 2];
        CryptographicOperations.HashData(algorithm.HashName, content, hash);
        return FromHash(algorithm, hash);
    }

    /// <summary>The digest of a stream, read to its end from where it stands.</summary>
    public static async Task<Digest> OfAsync(Stream content, CancellationToken cancellationToken) =>
        FromHash(DigestAlgorithm.Sha256, await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false));

    /// <summary>Wraps the raw hash that the algorithm computed.</summary>
    /// <exception cref="ArgumentException">The hash has not the length of the algorithm.</exception>
    public static Digest FromHash(DigestAlgorithm algorithm, ReadOnlySpan<byte> hash)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        if (hash.Length * 2 != algorithm.HexLength)
        {
            throw new ArgumentException($"A {algorithm} hash has {algorithm.HexLength / 2} bytes, not {hash.Length}.", nameof(hash));
        }

        return new Digest(algorithm, $"{algorithm.Name}:{Convert.ToHexStringLower(hash)}");
    }

    /// <summary>Whether the content hashes to this digest.</summary>
    internal bool Matches(ReadOnlySpan<byte> content)
    {
        Span<byte> actual = stackalloc byte[64];
        Span<byte> expected = stackalloc byte[64];
        int length = CopyHash(expected);
        CryptographicOperations.HashData(Algorithm.HashName, content, actual);
        return actual[..length].SequenceEqual(expected[..length]);
    }

    /// <summary>Writes the raw hash and returns its length in bytes.</summary>
    internal int CopyHash(Span<byte> target)
    {
        _ = Convert.FromHexString(text.AsSpan(Algorithm.Name.Length + 1), target, out _, out int written);
        return written;
    }

    /// <inheritdoc/>
    public bool Equals(Digest? other) => other is not null && string.Equals(text, other.text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(text);

    /// <summary>The digest as <c>algorithm:hex</c>.</summary>
    public override string ToString() => text;
}
