using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Provenance.Attestor.Signing;

/// <summary>Opens NaCl secret boxes, XSalsa20 with Poly1305 (Bernstein, "Cryptography in NaCl", section 10). Sealing is not needed.</summary>
internal static class SecretBox
{
    private const int TagSize = 16;

    /// <summary>Decrypts a box, tag first; false, without any plain text, where the tag is not right.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> box, [NotNullWhen(true)] out byte[]? content)
    {
        content = null;
        if (key.Length is not Salsa20.KeySize || nonce.Length is not Salsa20.ExtendedNonceSize || box.Length < TagSize)
        {
            return false;
        }

        var encrypted = box[TagSize..];
        byte[] stream = new byte[32 + encrypted.Length];
        try
        {
            Salsa20.WriteExtendedKeyStream(key, nonce, stream);
            Span<byte> tag = stackalloc byte[TagSize];
            Authenticate(stream.AsSpan(0, 32), encrypted, tag);
            if (!CryptographicOperations.FixedTimeEquals(tag, box[..TagSize]))
            {
                return false;
            }

            content = new byte[encrypted.Length];
            for (int i = 0; i < content.Length; i++)
            {
                content[i] = (byte)(encrypted[i] ^ stream[32 + i]);
            }

            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(stream);
        }
    }

    // RFC 8439, section 2.5: Poly1305 over 44-, 44- and 42-bit limbs, without branches on secret values.
    private static void Authenticate(ReadOnlySpan<byte> oneTimeKey, ReadOnlySpan<byte> message, Span<byte> tag)
    {
        const ulong Mask44 = (1UL << 44) - 1;
        const ulong Mask42 = (1UL << 42) - 1;
        ulong low = BinaryPrimitives.ReadUInt64LittleEndian(oneTimeKey) & 0x0ffffffc0fffffff;
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(oneTimeKey[8..]) & 0x0ffffffc0ffffffc;
        ulong r0 = low & Mask44, r1 = ((low >> 44) | (high << 20)) & Mask44, r2 = high >> 24;
        ulong s1 = r1 * 20, s2 = r2 * 20;
        ulong h0 = 0, h1 = 0, h2 = 0;
        Span<byte> block = stackalloc byte[17];
        while (!message.IsEmpty)
        {
            int length = Math.Min(16, message.Length);
            block.Clear();
            message[..length].CopyTo(block);
            block[length] = 1;
            message = message[length..];

            low = BinaryPrimitives.ReadUInt64LittleEndian(block);
            high = BinaryPrimitives.ReadUInt64LittleEndian(block[8..]);
            h0 += low & Mask44;
            h1 += ((low >> 44) | (high << 20)) & Mask44;
            h2 += (high >> 24) | ((ulong)block[16] << 40);

            var d0 = ((UInt128)h0 * r0) + ((UInt128)h1 * s2) + ((UInt128)h2 * s1);
            var d1 = ((UInt128)h0 * r1) + ((UInt128)h1 * r0) + ((UInt128)h2 * s2);
            var d2 = ((UInt128)h0 * r2) + ((UInt128)h1 * r1) + ((UInt128)h2 * r0);
            d1 += (ulong)(d0 >> 44);
            d2 += (ulong)(d1 >> 44);
            h0 = ((ulong)d0 & Mask44) + ((ulong)(d2 >> 42) * 5);
            h1 = ((ulong)d1 & Mask44) + (h0 >> 44);
            h0 &= Mask44;
            h2 = (ulong)d2 & Mask42;
        }

        h2 += h1 >> 44;
        h1 &= Mask44;
        h0 += (h2 >> 42) * 5;
        h2 &= Mask42;
        h1 += h0 >> 44;
        h0 &= Mask44;
        h2 += h1 >> 44;
        h1 &= Mask44;

        // h - p, taken where h is not smaller than p = 2^130 - 5.
        ulong g0 = h0 + 5;
        ulong g1 = h1 + (g0 >> 44);
        ulong g2 = h2 + (g1 >> 44) - (1UL << 42);
        ulong keep = 0UL - (g2 >> 63);
        h0 = (h0 & keep) | (g0 & Mask44 & ~keep);
        h1 = (h1 & keep) | (g1 & Mask44 & ~keep);
        h2 = (h2 & keep) | (g2 & ~keep);

        var sum = h0 + ((UInt128)h1 << 44) + ((UInt128)h2 << 88)
            + new UInt128(BinaryPrimitives.ReadUInt64LittleEndian(oneTimeKey[24..]), BinaryPrimitives.ReadUInt64LittleEndian(oneTimeKey[16..]));
        BinaryPrimitives.WriteUInt128LittleEndian(tag, sum);
    }
}
