using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Provenance.ArtifactStore.Access.Passwords;

/// <summary>
/// The state of the Blowfish cipher with the expensive key schedule of bcrypt (Provos and Mazières, "A Future-Adaptable Password
/// Scheme", section 3). All it begins with is the fraction of pi, which is computed instead of listed.
/// </summary>
internal sealed class BlowfishState
{
    private const int SubkeyCount = 18;
    private const int BoxCount = 4 * 256;

    private static readonly Lazy<uint[]> Fraction = new(FractionOfPi);

    private readonly uint[] subkeys = Fraction.Value[..SubkeyCount];
    private readonly uint[] boxes = Fraction.Value[SubkeyCount..];

    /// <summary>Mixes a key and a salt into the state.</summary>
    public void Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        int position = 0;
        for (int i = 0; i < SubkeyCount; i++)
        {
            subkeys[i] ^= NextWord(key, ref position);
        }

        uint left = 0;
        uint right = 0;
        position = 0;
        Refill(subkeys, salt, ref left, ref right, ref position);
        Refill(boxes, salt, ref left, ref right, ref position);
    }

    /// <summary>Encrypts one block in place.</summary>
    public void Encrypt(ref uint left, ref uint right)
    {
        ref uint p = ref MemoryMarshal.GetArrayDataReference(subkeys);
        ref uint s = ref MemoryMarshal.GetArrayDataReference(boxes);
        uint l = left ^ p;
        uint r = right;
        for (int i = 1; i < SubkeyCount - 1; i += 2)
        {
            r ^= Round(ref s, l) ^ Unsafe.Add(ref p, i);
            l ^= Round(ref s, r) ^ Unsafe.Add(ref p, i + 1);
        }

        left = r ^ Unsafe.Add(ref p, SubkeyCount - 1);
        right = l;
    }

    // Each index is a byte plus the beginning of its box: none can leave the 1024 words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Round(ref uint s, uint x) =>
        ((Unsafe.Add(ref s, (int)(x >> 24)) + Unsafe.Add(ref s, 256 + (int)(byte)(x >> 16))) ^ Unsafe.Add(ref s, 512 + (int)(byte)(x >> 8)))
        + Unsafe.Add(ref s, 768 + (int)(byte)x);

    private static uint NextWord(ReadOnlySpan<byte> bytes, ref int position)
    {
        uint word = 0;
        if (bytes.IsEmpty)
        {
            return word;
        }

        for (int i = 0; i < 4; i++)
        {
            word = (word << 8) | bytes[position];
            position = (position + 1) % bytes.Length;
        }

        return word;
    }

    private void Refill(uint[] words, ReadOnlySpan<byte> salt, ref uint left, ref uint right, ref int position)
    {
        for (int i = 0; i < words.Length; i += 2)
        {
            left ^= NextWord(salt, ref position);
            right ^= NextWord(salt, ref position);
            Encrypt(ref left, ref right);
            words[i] = left;
            words[i + 1] = right;
        }
    }

    /// <summary>The first 1042 words of the fraction of pi, by Machin's formula: 16 arctan(1/5) - 4 arctan(1/239).</summary>
    private static uint[] FractionOfPi()
    {
        const int words = SubkeyCount + BoxCount;
        const int guardBits = 64;
        const int bits = words * 32;
        var pi = (16 * ArcTangentOfInverse(5, bits + guardBits)) - (4 * ArcTangentOfInverse(239, bits + guardBits));
        var fraction = (pi >> guardBits) & ((BigInteger.One << bits) - 1);
        byte[] bytes = new byte[words * 4];
        fraction.TryWriteBytes(bytes.AsSpan(bytes.Length - fraction.GetByteCount(isUnsigned: true)), out _, isUnsigned: true, isBigEndian: true);
        uint[] result = new uint[words];
        for (int i = 0; i < words; i++)
        {
            result[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i * 4));
        }

        return result;
    }

    private static BigInteger ArcTangentOfInverse(int x, int bits)
    {
        var power = (BigInteger.One << bits) / x;
        var sum = power;
        for (int n = 3; !power.IsZero; n += 2)
        {
            power /= x * x;
            sum += (n & 2) is 2 ? -(power / n) : power / n;
        }

        return sum;
    }
}
