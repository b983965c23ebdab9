using System.Buffers.Binary;

namespace Provenance.Attestor.Signing.Edwards;

/// <summary>
/// An integer modulo 2^255 - 19 in five limbs of 51 bits (RFC 8032, section 5.1). For public values only: its time depends on them.
/// Limbs stay below 2^54 between operations.
/// </summary>
internal readonly struct FieldElement
{
    private const ulong Mask = (1UL << 51) - 1;

    private readonly ulong l0;
    private readonly ulong l1;
    private readonly ulong l2;
    private readonly ulong l3;
    private readonly ulong l4;

    private FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        this.l0 = l0;
        this.l1 = l1;
        this.l2 = l2;
        this.l3 = l3;
        this.l4 = l4;
    }

    public static FieldElement Zero => default;

    public static FieldElement One => new(1, 0, 0, 0, 0);

    public bool IsZero => !ToBytes().AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>Whether the least significant bit of the canonical form is set: the sign of RFC 8032.</summary>
    public bool IsOdd => (ToBytes()[0] & 1) is 1;

    public static FieldElement operator +(in FieldElement a, in FieldElement b) =>
        Carry(a.l0 + b.l0, a.l1 + b.l1, a.l2 + b.l2, a.l3 + b.l3, a.l4 + b.l4);

    // Four times the modulus is added first, so that no limb goes below zero.
    public static FieldElement operator -(in FieldElement a, in FieldElement b) => Carry(
        a.l0 + 0x1FFFFFFFFFFFB4 - b.l0,
        a.l1 + 0x1FFFFFFFFFFFFC - b.l1,
        a.l2 + 0x1FFFFFFFFFFFFC - b.l2,
        a.l3 + 0x1FFFFFFFFFFFFC - b.l3,
        a.l4 + 0x1FFFFFFFFFFFFC - b.l4);

    public static FieldElement operator -(in FieldElement a) => Zero - a;

    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        // 2^255 is 19 here: what would overflow the fifth limb comes back at the bottom, times 19.
        ulong b1 = b.l1 * 19, b2 = b.l2 * 19, b3 = b.l3 * 19, b4 = b.l4 * 19;
        var r0 = new Wide().Add(a.l0, b.l0).Add(a.l1, b4).Add(a.l2, b3).Add(a.l3, b2).Add(a.l4, b1);
        var r1 = new Wide().Add(a.l0, b.l1).Add(a.l1, b.l0).Add(a.l2, b4).Add(a.l3, b3).Add(a.l4, b2).Add(r0.Carry, 1);
        var r2 = new Wide().Add(a.l0, b.l2).Add(a.l1, b.l1).Add(a.l2, b.l0).Add(a.l3, b4).Add(a.l4, b3).Add(r1.Carry, 1);
        var r3 = new Wide().Add(a.l0, b.l3).Add(a.l1, b.l2).Add(a.l2, b.l1).Add(a.l3, b.l0).Add(a.l4, b4).Add(r2.Carry, 1);
        var r4 = new Wide().Add(a.l0, b.l4).Add(a.l1, b.l3).Add(a.l2, b.l2).Add(a.l3, b.l1).Add(a.l4, b.l0).Add(r3.Carry, 1);
        return Carry(r0.Limb + (r4.Carry * 19), r1.Limb, r2.Limb, r3.Limb, r4.Limb);
    }

    /// <summary>Reads 32 little-endian bytes; the highest bit is left out.</summary>
    public static FieldElement Read(ReadOnlySpan<byte> bytes)
    {
        ulong w0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        ulong w1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        ulong w2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        ulong w3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new(w0 & Mask, ((w0 >> 51) | (w1 << 13)) & Mask, ((w1 >> 38) | (w2 << 26)) & Mask, ((w2 >> 25) | (w3 << 39)) & Mask, (w3 >> 12) & Mask);
    }

    public FieldElement Square() => this * this;

    /// <summary>The value squared as often as said.</summary>
    public FieldElement SquareTimes(int count)
    {
        var value = this;
        for (int i = 0; i < count; i++)
        {
            value = value.Square();
        }

        return value;
    }

    /// <summary>The value to the power of p - 2: its inverse.</summary>
    public FieldElement Invert()
    {
        var (power250, power11) = Power250();
        return power250.SquareTimes(5) * power11;
    }

    /// <summary>The value to the power of (p - 5) / 8, which square roots are made of.</summary>
    public FieldElement Power22523() => Power250().Power250.SquareTimes(2) * this;

    /// <summary>The canonical 32 bytes, little-endian.</summary>
    public byte[] ToBytes()
    {
        var f = Carry(l0, l1, l2, l3, l4);
        // Whether the value plus 19 reaches 2^255 says whether the modulus has to be taken off.
        ulong quotient = (f.l0 + 19) >> 51;
        quotient = (f.l1 + quotient) >> 51;
        quotient = (f.l2 + quotient) >> 51;
        quotient = (f.l3 + quotient) >> 51;
        quotient = (f.l4 + quotient) >> 51;
        ulong a0 = f.l0 + (19 * quotient);
        ulong a1 = f.l1 + (a0 >> 51);
        ulong a2 = f.l2 + (a1 >> 51);
        ulong a3 = f.l3 + (a2 >> 51);
        ulong a4 = (f.l4 + (a3 >> 51)) & Mask;
        (a0, a1, a2, a3) = (a0 & Mask, a1 & Mask, a2 & Mask, a3 & Mask);
        byte[] bytes = new byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, a0 | (a1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), (a1 >> 13) | (a2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), (a2 >> 26) | (a3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), (a3 >> 39) | (a4 << 12));
        return bytes;
    }

    // The common part of both exponents: 2^250 - 1, and 11 on the way.
    private (FieldElement Power250, FieldElement Power11) Power250()
    {
        var power2 = Square();
        var power9 = power2.SquareTimes(2) * this;
        var power11 = power9 * power2;
        var power5 = power11.Square() * power9;
        var power10 = power5.SquareTimes(5) * power5;
        var power20 = power10.SquareTimes(10) * power10;
        var power40 = power20.SquareTimes(20) * power20;
        var power50 = power40.SquareTimes(10) * power10;
        var power100 = power50.SquareTimes(50) * power50;
        var power200 = power100.SquareTimes(100) * power100;
        return (power200.SquareTimes(50) * power50, power11);
    }

    private static FieldElement Carry(ulong a0, ulong a1, ulong a2, ulong a3, ulong a4)
    {
        a1 += a0 >> 51;
        a2 += a1 >> 51;
        a3 += a2 >> 51;
        a4 += a3 >> 51;
        ulong low = (a0 & Mask) + ((a4 >> 51) * 19);
        return new(low & Mask, (a1 & Mask) + (low >> 51), a2 & Mask, a3 & Mask, a4 & Mask);
    }

    /// <summary>A sum of products, 128 bits. UInt128 would do, but no code that is compiled ahead of time may hold it.</summary>
    private readonly struct Wide(ulong high, ulong low)
    {
        private readonly ulong high = high;
        private readonly ulong low = low;

        /// <summary>The lowest 51 bits.</summary>
        public ulong Limb => low & Mask;

        /// <summary>What lies above them.</summary>
        public ulong Carry => (high << 13) | (low >> 51);

        public Wide Add(ulong a, ulong b)
        {
            ulong top = Math.BigMul(a, b, out ulong bottom);
            ulong sum = low + bottom;
            return new Wide(high + top + (sum < bottom ? 1UL : 0), sum);
        }
    }
}
