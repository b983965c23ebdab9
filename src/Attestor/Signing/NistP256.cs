using System.Security.Cryptography;

namespace Provenance.Attestor.Signing;

/// <summary>
/// The one DER encoding of a public key on the curve P-256 by its name with both coordinates (RFC 5480, section 2). Nearly every key is
/// one of these, and need not be taken apart and put together by general means.
/// </summary>
internal static class NistP256
{
    private const int CoordinateSize = 32;

    private static ReadOnlySpan<byte> Prefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    /// <summary>The key of exactly these bytes; null where they are another encoding or another kind of key.</summary>
    /// <exception cref="CryptographicException">The point is not on the curve.</exception>
    public static ECDsa? TryRead(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        if (subjectPublicKeyInfo.Length != Prefix.Length + (2 * CoordinateSize) || !subjectPublicKeyInfo.StartsWith(Prefix))
        {
            return null;
        }

        var point = subjectPublicKeyInfo[Prefix.Length..];
        return ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = point[..CoordinateSize].ToArray(), Y = point[CoordinateSize..].ToArray() },
        });
    }
}
