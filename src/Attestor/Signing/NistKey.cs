using System.Security.Cryptography;

namespace Provenance.Attestor.Signing;

/// <summary>
/// The one DER encoding of a public key on the curve P-256 or P-384 by its name with both coordinates (RFC 5480, section 2). Nearly
/// every key is one of these, and need not be taken apart and put together by general means.
/// </summary>
internal static class NistKey
{
    private static ReadOnlySpan<byte> P256 =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    private static ReadOnlySpan<byte> P384 =>
    [
        0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
    ];

    /// <summary>The key on P-256 of exactly these bytes; null where they are another encoding or another kind of key.</summary>
    /// <exception cref="CryptographicException">The point is not on the curve.</exception>
    public static ECDsa? TryReadP256(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        TryReadPoint(subjectPublicKeyInfo, P256, 32) is { } point ? ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point }) : null;

    /// <summary>The same on P-384.</summary>
    /// <exception cref="CryptographicException">The point is not on the curve.</exception>
    public static ECDsa? TryReadP384(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        TryReadPoint(subjectPublicKeyInfo, P384, 48) is { } point ? ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP384, Q = point }) : null;

    private static ECPoint? TryReadPoint(ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> prefix, int size)
    {
        if (subjectPublicKeyInfo.Length != prefix.Length + (2 * size) || !subjectPublicKeyInfo.StartsWith(prefix))
        {
            return null;
        }

        var point = subjectPublicKeyInfo[prefix.Length..];
        return new ECPoint { X = point[..size].ToArray(), Y = point[size..].ToArray() };
    }
}
