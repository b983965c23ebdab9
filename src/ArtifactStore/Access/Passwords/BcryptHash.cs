using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Provenance.ArtifactStore.Access.Passwords;

/// <summary>
/// A password's bcrypt hash, as <c>htpasswd -B</c> writes it: <c>$2y$</c>, two digits of cost, and 53 characters of salt and sum. The
/// prefixes <c>$2a$</c> and <c>$2b$</c> mean the same for all that is accepted here.
/// </summary>
internal sealed class BcryptHash
{
    /// <summary>The largest cost that is accepted; each step doubles the time, and 14 takes about a second.</summary>
    public const int MaximumCost = 14;

    /// <summary>The longest password in bytes. bcrypt does not look at what follows, so a longer one is refused instead of being cut.</summary>
    public const int MaximumPasswordLength = 72;

    private const int MinimumCost = 4;
    private const int SaltLength = 16;
    private const int SumLength = 23;
    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly byte[] salt;
    private readonly byte[] sum;

    private BcryptHash(int cost, byte[] salt, byte[] sum) => (Cost, this.salt, this.sum) = (cost, salt, sum);

    /// <summary>The binary logarithm of the number of rounds.</summary>
    public int Cost { get; }

    /// <summary>A hash that no password has, which costs as much to compare as a true one.</summary>
    public static BcryptHash Unmatchable(int cost) => new(cost, RandomNumberGenerator.GetBytes(SaltLength), RandomNumberGenerator.GetBytes(SumLength));

    /// <summary>Reads a hash; says in <paramref name="problem"/> what is wrong with it, without repeating it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BcryptHash? hash, [NotNullWhen(false)] out string? problem)
    {
        hash = null;
        if (text.Length != 60 || text[..4] is not ("$2y$" or "$2a$" or "$2b$") || text[6] != '$' || !char.IsAsciiDigit(text[4]) || !char.IsAsciiDigit(text[5]))
        {
            problem = "it is no bcrypt hash; make one with htpasswd -B";
            return false;
        }

        int cost = ((text[4] - '0') * 10) + text[5] - '0';
        if (cost is < MinimumCost or > MaximumCost)
        {
            problem = $"its bcrypt cost is {cost}; between {MinimumCost} and {MaximumCost} are accepted";
            return false;
        }

        if (Decode(text.AsSpan(7, 22), SaltLength) is not { } salt || Decode(text.AsSpan(29), SumLength) is not { } sum)
        {
            problem = "its bcrypt hash has characters that do not belong there";
            return false;
        }

        problem = null;
        hash = new BcryptHash(cost, salt, sum);
        return true;
    }

    /// <summary>Whether the password has this hash. Takes the same time for every password of at most 72 bytes.</summary>
    public bool Matches(ReadOnlySpan<byte> password)
    {
        if (password.Length > MaximumPasswordLength || password.Contains((byte)0))
        {
            return false;
        }

        Span<byte> computed = stackalloc byte[24];
        Compute(password, computed);
        return CryptographicOperations.FixedTimeEquals(computed[..SumLength], sum);
    }

    private void Compute(ReadOnlySpan<byte> password, Span<byte> result)
    {
        Span<byte> key = stackalloc byte[password.Length + 1];
        password.CopyTo(key);
        key[^1] = 0;
        var state = new BlowfishState();
        state.Expand(key, salt);
        for (int round = 1 << Cost; round > 0; round--)
        {
            state.Expand(key, default);
            state.Expand(salt, default);
        }

        CryptographicOperations.ZeroMemory(key);
        var text = "OrpheanBeholderScryDoubt"u8;
        for (int block = 0; block < text.Length; block += 8)
        {
            uint left = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(text[block..]);
            uint right = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(text[(block + 4)..]);
            for (int i = 0; i < 64; i++)
            {
                state.Encrypt(ref left, ref right);
            }

            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(result[block..], left);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(result[(block + 4)..], right);
        }
    }

    /// <summary>bcrypt's own base64: another alphabet, no padding; bits that are left over are ignored, as all other readers do.</summary>
    private static byte[]? Decode(ReadOnlySpan<char> text, int length)
    {
        byte[] bytes = new byte[length];
        int buffer = 0;
        int bits = 0;
        int written = 0;
        foreach (char character in text)
        {
            int value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }

            buffer = (buffer << 6) | value;
            bits += 6;
            if (bits >= 8 && written < length)
            {
                bits -= 8;
                bytes[written++] = (byte)(buffer >> bits);
            }
        }

        return written == length ? bytes : null;
    }
}
