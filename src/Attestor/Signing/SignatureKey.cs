using System.Formats.Asn1;
using System.Security.Cryptography;
using Provenance.Attestor.Signing.Edwards;

namespace Provenance.Attestor.Signing;

/// <summary>
/// A public key of any kind that signs in Sigstore: ECDSA on P-256, P-384 or P-521, RSA of 2,048 to 8,192 bits (PKCS #1 v1.5), or
/// Ed25519. Verifies only; safe for use by several threads.
/// </summary>
public sealed class SignatureKey
{
    private const string EcdsaKey = "1.2.840.10045.2.1";
    private const string RsaKey = "1.2.840.113549.1.1.1";
    private const string Ed25519Algorithm = "1.3.101.112";

    private readonly ECDsa? ecdsa;
    private readonly RSA? rsa;
    private readonly Ed25519Key? ed25519;

    private SignatureKey(byte[] subjectPublicKeyInfo, string algorithm, HashAlgorithmName hash, ECDsa? ecdsa = null, RSA? rsa = null, Ed25519Key? ed25519 = null)
    {
        SubjectPublicKeyInfo = subjectPublicKeyInfo;
        Algorithm = algorithm;
        Hash = hash;
        this.ecdsa = ecdsa;
        this.rsa = rsa;
        this.ed25519 = ed25519;
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo));
    }

    /// <summary>The DER SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>What the key is, for people, such as <c>ECDSA P-256</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The hash that goes with the key: that of the curve's size, SHA-256 for RSA, SHA-512 inside Ed25519.</summary>
    public HashAlgorithmName Hash { get; }

    /// <summary>Whether the key signs bytes and not their hash.</summary>
    public bool SignsContentOnly => ed25519 is not null;

    /// <summary>SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads a DER SubjectPublicKeyInfo.</summary>
    /// <exception cref="KeyException"><c>KEY_INVALID</c> or <c>KEY_ALG_UNSUPPORTED</c>.</exception>
    public static SignatureKey FromSubjectPublicKeyInfo(ReadOnlyMemory<byte> der)
    {
        try
        {
            if (NistKey.TryReadP256(der.Span) is { } p256)
            {
                return new SignatureKey(der.ToArray(), "ECDSA P-256", HashAlgorithmName.SHA256, ecdsa: p256);
            }

            if (NistKey.TryReadP384(der.Span) is { } p384)
            {
                return new SignatureKey(der.ToArray(), "ECDSA P-384", HashAlgorithmName.SHA384, ecdsa: p384);
            }

            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var info = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            string algorithm = info.ReadSequence().ReadObjectIdentifier();
            byte[] key = info.ReadBitString(out int unused);
            info.ThrowIfNotEmpty();
            return algorithm switch
            {
                EcdsaKey => ReadEcdsa(der.Span),
                RsaKey => ReadRsa(der.Span),
                Ed25519Algorithm when unused is 0 && Ed25519Key.TryRead(key, out var read) => new SignatureKey(der.ToArray(), "Ed25519", HashAlgorithmName.SHA512, ed25519: read),
                Ed25519Algorithm => throw new KeyException("KEY_INVALID", "The Ed25519 key is no canonical point of large order."),
                _ => throw new KeyException("KEY_ALG_UNSUPPORTED", $"Keys of the algorithm {algorithm} are not supported; ECDSA, RSA and Ed25519 are."),
            };
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            throw new KeyException("KEY_INVALID", "The bytes are no public key (SubjectPublicKeyInfo).", e);
        }
        catch (PlatformNotSupportedException e)
        {
            throw new KeyException("KEY_ALG_UNSUPPORTED", "The key is on a curve that is not supported; P-256, P-384 and P-521 are.", e);
        }
    }

    /// <summary>Reads the DER of an RSA key without its algorithm (RFC 8017, appendix A.1.1).</summary>
    /// <exception cref="KeyException"><c>KEY_INVALID</c> or <c>KEY_ALG_UNSUPPORTED</c>.</exception>
    public static SignatureKey FromRsaPublicKey(ReadOnlyMemory<byte> der)
    {
        try
        {
            using var key = RSA.Create();
            key.ImportRSAPublicKey(der.Span, out int read);
            return read == der.Length ? FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo()) : throw new CryptographicException();
        }
        catch (CryptographicException e)
        {
            throw new KeyException("KEY_INVALID", "The bytes are no RSA public key (PKCS #1).", e);
        }
    }

    /// <summary>Reads a PEM public key (<c>PUBLIC KEY</c>).</summary>
    /// <exception cref="KeyException">The text is no such key.</exception>
    public static SignatureKey FromPem(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        return FromSubjectPublicKeyInfo(PemBlock.ReadOnlyKey(pem));
    }

    /// <summary>Whether the signature (of ECDSA an ASN.1 DER sequence) is over the bytes, with the hash that goes with the key.</summary>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) => Verify(content, signature, Hash);

    /// <summary>The same with another hash, as signatures of certificates name it. Ed25519 takes its own only.</summary>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        try
        {
            return (ecdsa, rsa, ed25519) switch
            {
                ({ } key, _, _) => DerSignature.IsOne(signature) && key.VerifyData(content, signature, hash, DSASignatureFormat.Rfc3279DerSequence),
                (_, { } key, _) => key.VerifyData(content, signature, hash, RSASignaturePadding.Pkcs1),
                (_, _, { } key) => hash == HashAlgorithmName.SHA512 && key.Verify(content, signature),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Whether the signature is over content of this hash, made with the hash function that goes with the key.</summary>
    public bool VerifyHash(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        try
        {
            return (ecdsa, rsa) switch
            {
                ({ } key, _) => DerSignature.IsOne(signature) && key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence),
                (_, { } key) => key.VerifyHash(hash, signature, Hash, RSASignaturePadding.Pkcs1),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static SignatureKey ReadEcdsa(ReadOnlySpan<byte> der)
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(der, out int read);
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        var (name, hash) = (curve.IsNamed ? curve.Oid.Value : "with explicit parameters") switch
        {
            "1.2.840.10045.3.1.7" => ("ECDSA P-256", HashAlgorithmName.SHA256),
            "1.3.132.0.34" => ("ECDSA P-384", HashAlgorithmName.SHA384),
            "1.3.132.0.35" => ("ECDSA P-521", HashAlgorithmName.SHA512),
            var other => throw new KeyException("KEY_ALG_UNSUPPORTED", $"Keys on the curve {other} are not supported; P-256, P-384 and P-521 are."),
        };
        return new SignatureKey(der[..read].ToArray(), name, hash, ecdsa: key);
    }

    private static SignatureKey ReadRsa(ReadOnlySpan<byte> der)
    {
        var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(der, out int read);
        return key.KeySize is >= 2048 and <= 8192
            ? new SignatureKey(der[..read].ToArray(), $"RSA {key.KeySize}", HashAlgorithmName.SHA256, rsa: key)
            : throw new KeyException("KEY_ALG_UNSUPPORTED", $"The RSA key has {key.KeySize} bits; 2,048 to 8,192 are supported.");
    }
}
