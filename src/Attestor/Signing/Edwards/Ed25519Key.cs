using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;

namespace Provenance.Attestor.Signing.Edwards;

/// <summary>
/// An Ed25519 public key (RFC 8032, section 5.1.7), which .NET does not have. Verifies only. As strict as the strictest reader:
/// S below the group's order, canonical encodings, no key of small order, and the equation without the cofactor.
/// </summary>
internal sealed class Ed25519Key
{
    /// <summary>How many bytes a key has.</summary>
    public const int Size = 32;

    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);

    private readonly byte[] encoded;
    private readonly EdwardsPoint negated;

    private Ed25519Key(byte[] encoded, EdwardsPoint negated)
    {
        this.encoded = encoded;
        this.negated = negated;
    }

    /// <summary>Reads a key of 32 bytes; false where it is no point, not canonical, or of small order.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Ed25519Key? key)
    {
        key = bytes.Length is Size && EdwardsPoint.TryRead(bytes, out var point) && !point.Value.HasSmallOrder
            ? new Ed25519Key(bytes.ToArray(), -point.Value)
            : null;
        return key is not null;
    }

    /// <summary>Whether the signature, R and S, was made over the bytes by the private half of this key.</summary>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        if (signature.Length is not 64 || new BigInteger(signature[32..], isUnsigned: true) >= Order)
        {
            return false;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(signature[..32]);
        hash.AppendData(encoded);
        hash.AppendData(content);
        Span<byte> challenge = stackalloc byte[32];
        challenge.Clear();
        (new BigInteger(hash.GetHashAndReset(), isUnsigned: true) % Order).TryWriteBytes(challenge, out _, isUnsigned: true);
        return EdwardsPoint.SumOfMultiples(signature[32..], EdwardsPoint.Base, challenge, negated).ToBytes().AsSpan().SequenceEqual(signature[..32]);
    }
}
