using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Provenance.Testing.Sigstore;

/// <summary>The certificate or the key in a request to a log; a log takes nothing that it does not verify.</summary>
internal sealed class EntryVerifier : IDisposable
{
    private readonly ECDsa key;
    private readonly byte[] pem;

    private EntryVerifier(string label, byte[] encoded)
    {
        pem = Encoding.ASCII.GetBytes(new string(PemEncoding.Write(label, encoded)) + "\n");
        if (label is "CERTIFICATE")
        {
            using var certificate = X509CertificateLoader.LoadCertificate(encoded);
            key = certificate.GetECDsaPublicKey() ?? throw new CryptographicException("no ECDSA key");
        }
        else
        {
            key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(encoded, out _);
        }
    }

    /// <summary>A key that has signed nothing, as DER.</summary>
    public static byte[] Stranger()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfo();
    }

    /// <summary>As the log names it in an entry.</summary>
    public string Stated(SigstoreLie lie) =>
        Convert.ToBase64String(lie is SigstoreLie.EntryOfAnotherSigner ? Encoding.ASCII.GetBytes(new string(PemEncoding.Write("PUBLIC KEY", Stranger())) + "\n") : pem);

    /// <summary>Reads a PEM block.</summary>
    public static EntryVerifier FromPem(byte[] pem)
    {
        try
        {
            string text = Encoding.ASCII.GetString(pem);
            var fields = PemEncoding.Find(text);
            byte[] encoded = new byte[fields.DecodedDataLength];
            return text[fields.Label] is "CERTIFICATE" or "PUBLIC KEY" && Convert.TryFromBase64Chars(text.AsSpan()[fields.Base64Data], encoded, out _)
                ? new EntryVerifier(text[fields.Label], encoded)
                : throw new CryptographicException("neither a certificate nor a key");
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new SigstoreRefusalException(400, 400, $"error processing entry: invalid public key: {e.Message}");
        }
    }

    /// <summary>Reads DER.</summary>
    public static EntryVerifier FromDer(bool isCertificate, byte[] encoded)
    {
        try
        {
            return new EntryVerifier(isCertificate ? "CERTIFICATE" : "PUBLIC KEY", encoded);
        }
        catch (CryptographicException e)
        {
            throw SigstoreRefusalException.Invalid($"invalid verifier: {e.Message}");
        }
    }

    /// <summary>Whether it signed content.</summary>
    public bool Signed(byte[] content, byte[] signature) => HasSigned(SHA256.HashData(content), signature);

    /// <summary>Whether it signed a hash.</summary>
    public bool HasSigned(byte[] hash, byte[] signature)
    {
        try
        {
            return key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
