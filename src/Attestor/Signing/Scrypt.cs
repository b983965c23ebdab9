using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Provenance.Attestor.Signing;

/// <summary>
/// The password-based key derivation function scrypt (RFC 7914). Cost parameters come from a file, so they are bounded: at most
/// 256 MiB of memory and four times the work of the strongest parameters in common use.
/// </summary>
internal static class Scrypt
{
    private const long MaximumMemory = 256L << 20;
    private const long MaximumWork = 4L * 131_072 * 8;

    /// <summary>Whether the parameters are valid (RFC 7914, section 6) and within the bounds.</summary>
    public static bool Accepts(long cost, long blockSize, long parallelization) =>
        cost is > 1 and <= 1 << 24 && BitOperations.IsPow2(cost)
        && blockSize is > 0 and <= 64
        && parallelization is > 0 and <= 64
        && 128 * cost * blockSize <= MaximumMemory
        && cost * blockSize * parallelization <= MaximumWork;

    /// <summary>Derives a key.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The parameters are not accepted.</exception>
    public static byte[] DeriveKey(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int cost, int blockSize, int parallelization, int length)
    {
        if (!Accepts(cost, blockSize, parallelization))
        {
            throw new ArgumentOutOfRangeException(nameof(cost), "These scrypt parameters are invalid or too costly.");
        }

        int blockBytes = 128 * blockSize;
        byte[] blocks = Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, parallelization * blockBytes);
        uint[] work = new uint[(long)cost * blockSize * 32];
        try
        {
            for (int i = 0; i < parallelization; i++)
            {
                MixBlock(blocks.AsSpan(i * blockBytes, blockBytes), work, cost, blockSize * 32);
            }

            return Rfc2898DeriveBytes.Pbkdf2(password, blocks, 1, HashAlgorithmName.SHA256, length);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(blocks);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(work.AsSpan()));
        }
    }

    // RFC 7914, section 5: scryptROMix.
    private static void MixBlock(Span<byte> block, uint[] work, int cost, int words)
    {
        uint[] x = new uint[words];
        uint[] shuffled = new uint[words];
        for (int i = 0; i < words; i++)
        {
            x[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
        }

        for (int i = 0; i < cost; i++)
        {
            x.CopyTo(work.AsSpan(i * words, words));
            MixWords(x, shuffled);
            (x, shuffled) = (shuffled, x);
        }

        for (int i = 0; i < cost; i++)
        {
            int j = (int)(x[words - 16] & (uint)(cost - 1));
            var stored = work.AsSpan(j * words, words);
            for (int k = 0; k < words; k++)
            {
                x[k] ^= stored[k];
            }

            MixWords(x, shuffled);
            (x, shuffled) = (shuffled, x);
        }

        for (int i = 0; i < words; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], x[i]);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(x.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(shuffled.AsSpan()));
    }

    // RFC 7914, section 4: scryptBlockMix; even blocks go to the first half, odd ones to the second.
    private static void MixWords(ReadOnlySpan<uint> input, Span<uint> output)
    {
        Span<uint> chain = stackalloc uint[16];
        input[^16..].CopyTo(chain);
        int count = input.Length / 16;
        for (int i = 0; i < count; i++)
        {
            var block = input.Slice(16 * i, 16);
            for (int k = 0; k < 16; k++)
            {
                chain[k] ^= block[k];
            }

            Salsa20.Permute(chain, 8, addInput: true);
            chain.CopyTo(output.Slice(16 * ((i / 2) + (i % 2 * (count / 2))), 16));
        }
    }
}
