using System.Security.Cryptography;

namespace Provenance.Attestor.Signing;

/// <summary>A public ECDSA P-256 key: verifies DER signatures over SHA-256. Safe for use by several threads.</summary>
public sealed class VerificationKey
{
    private readonly ECDsa key;

    private VerificationKey(ECDsa key, byte[] subjectPublicKeyInfo)
    {
        this.key = key;
        SubjectPublicKeyInfo = subjectPublicKeyInfo;
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(SubjectPublicKeyInfo));
    }

    /// <summary>The DER SubjectPublicKeyInfo.</summary>
    public byte[] SubjectPublicKeyInfo { get; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal.</summary>
    public string Fingerprint { get; }

    /// <summary>What bundles carry as <c>publicKey.hint</c>: base64 of the SHA-256 of the SubjectPublicKeyInfo, as cosign writes it.</summary>
    public string Hint => Convert.ToBase64String(SHA256.HashData(SubjectPublicKeyInfo));

    /// <summary>Takes the public half of a key.</summary>
    /// <exception cref="KeyException">The key is not on the curve P-256.</exception>
    public static VerificationKey From(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var parameters = key.ExportParameters(includePrivateParameters: false);
        if (!parameters.Curve.IsNamed || parameters.Curve.Oid.Value != "1.2.840.10045.3.1.7")
        {
            throw new KeyException(
                "KEY_ALG_UNSUPPORTED",
                $"The key is on {(parameters.Curve.IsNamed ? $"the curve {parameters.Curve.Oid.FriendlyName ?? parameters.Curve.Oid.Value}" : "a curve of its own (explicit parameters)")}; only ECDSA P-256 is accepted everywhere. Make one with: provenance key generate.");
        }

        var known = ECDsa.Create(parameters);
        return new VerificationKey(known, known.ExportSubjectPublicKeyInfo());
    }

    /// <summary>Reads a PEM public key (<c>PUBLIC KEY</c>, SubjectPublicKeyInfo).</summary>
    /// <exception cref="KeyException">The text is no such key.</exception>
    public static VerificationKey FromPem(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        byte[] der = PemBlock.ReadOnlyKey(pem);
        try
        {
            if (NistKey.TryReadP256(der) is { } known)
            {
                return new VerificationKey(known, der);
            }

            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(der, out int read);
            return read == der.Length ? From(key) : throw new CryptographicException();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            throw new KeyException("KEY_INVALID", "The PEM block is no ECDSA public key. Only ECDSA P-256 keys are accepted.", e);
        }
    }

    /// <summary>Whether the signature, an ASN.1 DER sequence, was made over the bytes by the private half of this key.</summary>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        try
        {
            return DerSignature.IsOne(signature) && key.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>
    /// The same, and where the signature is no DER sequence but has the length of two bare numbers (IEEE P1363), as some signers of envelopes
    /// write it, whether it was made by them.
    /// </summary>
    internal bool VerifyEither(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        const int BareLength = 64;
        return Verify(content, signature) || (signature.Length is BareLength && Verify(content, DerSignature.FromFixedSize(signature)));
    }

    /// <summary>The key as PEM text.</summary>
    public string ToPem() => key.ExportSubjectPublicKeyInfoPem() + "\n";
}
