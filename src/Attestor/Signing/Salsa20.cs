using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static System.Numerics.BitOperations;

namespace Provenance.Attestor.Signing;

/// <summary>The Salsa20 core (Bernstein, "The Salsa20 family of stream ciphers") and XSalsa20 over it ("Extending the Salsa20 nonce").</summary>
internal static class Salsa20
{
    /// <summary>Bytes of a key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes of an XSalsa20 nonce.</summary>
    public const int ExtendedNonceSize = 24;

    private const int BlockSize = 64;

    /// <summary>Applies the rounds to 16 words in place and, for the hash of the paper, adds the input to the result.</summary>
    public static void Permute(Span<uint> state, int rounds, bool addInput)
    {
        uint x0 = state[0], x1 = state[1], x2 = state[2], x3 = state[3], x4 = state[4], x5 = state[5], x6 = state[6], x7 = state[7];
        uint x8 = state[8], x9 = state[9], x10 = state[10], x11 = state[11], x12 = state[12], x13 = state[13], x14 = state[14], x15 = state[15];
        for (int i = 0; i < rounds; i += 2)
        {
            QuarterRound(ref x0, ref x4, ref x8, ref x12);
            QuarterRound(ref x5, ref x9, ref x13, ref x1);
            QuarterRound(ref x10, ref x14, ref x2, ref x6);
            QuarterRound(ref x15, ref x3, ref x7, ref x11);
            QuarterRound(ref x0, ref x1, ref x2, ref x3);
            QuarterRound(ref x5, ref x6, ref x7, ref x4);
            QuarterRound(ref x10, ref x11, ref x8, ref x9);
            QuarterRound(ref x15, ref x12, ref x13, ref x14);
        }

        ReadOnlySpan<uint> mixed = [x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15];
        for (int i = 0; i < 16; i++)
        {
            state[i] = addInput ? state[i] + mixed[i] : mixed[i];
        }
    }

    /// <summary>The first <paramref name="output"/> bytes of the XSalsa20 key stream.</summary>
    public static void WriteExtendedKeyStream(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> output)
    {
        Span<uint> state = stackalloc uint[16];
        Span<byte> subkey = stackalloc byte[KeySize];
        Span<byte> block = stackalloc byte[BlockSize];
        try
        {
            Fill(state, key, nonce[..16]);
            Permute(state, 20, addInput: false);
            ReadOnlySpan<int> taken = [0, 5, 10, 15, 6, 7, 8, 9];
            for (int i = 0; i < taken.Length; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(subkey[(4 * i)..], state[taken[i]]);
            }

            Span<byte> input = stackalloc byte[16];
            nonce[16..].CopyTo(input);
            for (ulong counter = 0; !output.IsEmpty; counter++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(input[8..], counter);
                Fill(state, subkey, input);
                Permute(state, 20, addInput: true);
                for (int i = 0; i < 16; i++)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], state[i]);
                }

                int length = Math.Min(BlockSize, output.Length);
                block[..length].CopyTo(output);
                output = output[length..];
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(state));
            CryptographicOperations.ZeroMemory(subkey);
            CryptographicOperations.ZeroMemory(block);
        }
    }

    private static void Fill(Span<uint> state, ReadOnlySpan<byte> key, ReadOnlySpan<byte> input)
    {
        // The words of "expand 32-byte k" stand on the diagonal.
        state[0] = 0x61707865;
        state[5] = 0x3320646e;
        state[10] = 0x79622d32;
        state[15] = 0x6b206574;
        for (int i = 0; i < 4; i++)
        {
            state[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
            state[6 + i] = BinaryPrimitives.ReadUInt32LittleEndian(input[(4 * i)..]);
            state[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(16 + (4 * i))..]);
        }
    }

    private static void QuarterRound(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        b ^= RotateLeft(a + d, 7);
        c ^= RotateLeft(b + a, 9);
        d ^= RotateLeft(c + b, 13);
        a ^= RotateLeft(d + c, 18);
    }
}
