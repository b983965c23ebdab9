using System.Diagnostics.CodeAnalysis;

namespace Provenance.Attestor.Signing.Edwards;

/// <summary>A point of edwards25519 in extended coordinates (RFC 8032, section 5.1.4): x = X/Z, y = Y/Z, x y = T/Z.</summary>
internal readonly struct EdwardsPoint
{
    private static readonly FieldElement D = FieldElement.Read(Convert.FromHexString("a3785913ca4deb75abd841414d0a700098e879777940c78c73fe6f2bee6c0352"));
    private static readonly FieldElement RootOfMinusOne = FieldElement.Read(Convert.FromHexString("b0a00e4a271beec478e42fad0618432fa7d7fb3d99004d2b0bdfc14f8024832b"));

    private readonly FieldElement x;
    private readonly FieldElement y;
    private readonly FieldElement z;
    private readonly FieldElement t;

    private EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
    {
        this.x = x;
        this.y = y;
        this.z = z;
        this.t = t;
    }

    public static EdwardsPoint Identity => new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    /// <summary>The base point of Ed25519.</summary>
    public static EdwardsPoint Base { get; } =
        TryRead(Convert.FromHexString("5866666666666666666666666666666666666666666666666666666666666666"), out var point) ? point.Value : default;

    /// <summary>Whether eight times the point is the identity: such a key would verify signatures that nobody made.</summary>
    public bool HasSmallOrder
    {
        get
        {
            var eightfold = Double().Double().Double();
            return eightfold.x.IsZero && (eightfold.y - eightfold.z).IsZero;
        }
    }

    public static EdwardsPoint operator +(in EdwardsPoint p, in EdwardsPoint q)
    {
        var a = (p.y - p.x) * (q.y - q.x);
        var b = (p.y + p.x) * (q.y + q.x);
        var c = p.t * q.t * D;
        c += c;
        var d = p.z * q.z;
        d += d;
        var (e, f, g, h) = (b - a, d - c, d + c, b + a);
        return new(e * f, g * h, f * g, e * h);
    }

    public static EdwardsPoint operator -(in EdwardsPoint p) => new(-p.x, p.y, p.z, -p.t);

    /// <summary>Reads the one canonical encoding of a point: y below the modulus, the sign of x in the highest bit.</summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out EdwardsPoint? point)
    {
        point = null;
        bool isOdd = (encoded[31] & 0x80) != 0;
        var y = FieldElement.Read(encoded);
        byte[] canonical = y.ToBytes();
        canonical[31] |= (byte)(encoded[31] & 0x80);
        if (!encoded.SequenceEqual(canonical))
        {
            return false;
        }

        // x^2 = u/v; the candidate root is u v^3 (u v^7)^((p-5)/8).
        var square = y.Square();
        var u = square - FieldElement.One;
        var v = (square * D) + FieldElement.One;
        var v3 = v.Square() * v;
        var x = u * v3 * (u * v3.Square() * v).Power22523();
        var check = v * x.Square();
        if (!(check - u).IsZero)
        {
            if (!(check + u).IsZero)
            {
                return false;
            }

            x *= RootOfMinusOne;
        }

        if (x.IsZero && isOdd)
        {
            return false;
        }

        x = x.IsOdd == isOdd ? x : -x;
        point = new EdwardsPoint(x, y, FieldElement.One, x * y);
        return true;
    }

    /// <summary>a P + b Q, for public numbers of 32 little-endian bytes.</summary>
    public static EdwardsPoint SumOfMultiples(ReadOnlySpan<byte> a, in EdwardsPoint p, ReadOnlySpan<byte> b, in EdwardsPoint q)
    {
        var ofP = MultiplesOf(p);
        var ofQ = MultiplesOf(q);
        var sum = Identity;
        for (int i = 63; i >= 0; i--)
        {
            sum = sum.Double().Double().Double().Double();
            sum = Add(sum, ofP, (a[i / 2] >> (i % 2 * 4)) & 15);
            sum = Add(sum, ofQ, (b[i / 2] >> (i % 2 * 4)) & 15);
        }

        return sum;
    }

    /// <summary>The canonical encoding.</summary>
    public byte[] ToBytes()
    {
        var inverse = z.Invert();
        byte[] bytes = (y * inverse).ToBytes();
        bytes[31] |= (byte)((x * inverse).IsOdd ? 0x80 : 0);
        return bytes;
    }

    public EdwardsPoint Double()
    {
        var a = x.Square();
        var b = y.Square();
        var c = z.Square();
        c += c;
        var h = a + b;
        var e = h - (x + y).Square();
        var g = a - b;
        var f = c + g;
        return new(e * f, g * h, f * g, e * h);
    }

    private static EdwardsPoint Add(in EdwardsPoint sum, EdwardsPoint[] multiples, int digit) => digit is 0 ? sum : sum + multiples[digit];

    private static EdwardsPoint[] MultiplesOf(in EdwardsPoint point)
    {
        var multiples = new EdwardsPoint[16];
        multiples[0] = Identity;
        for (int i = 1; i < multiples.Length; i++)
        {
            multiples[i] = multiples[i - 1] + point;
        }

        return multiples;
    }
}
