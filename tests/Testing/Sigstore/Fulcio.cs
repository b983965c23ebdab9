using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Provenance.Testing.Sigstore;

/// <summary>The certificate authority's API of version 2 (fulcio.proto): a certificate for whoever has a token and proves to hold the key.</summary>
internal sealed class Fulcio : IDisposable
{
    private readonly CertificateAuthority authority;
    private readonly CertificateAuthority stranger;
    private readonly IdentityProvider identities;
    private readonly TimeProvider time;

    public Fulcio(CertificateLog log, IdentityProvider identities, LoopbackSigstoreOptions options)
    {
        this.identities = identities;
        time = options.Time;
        authority = new CertificateAuthority(log, options.HasIntermediate, time.GetUtcNow());
        stranger = new CertificateAuthority(log, options.HasIntermediate, time.GetUtcNow());
    }

    /// <summary>The certificates that issue, the root last.</summary>
    public IEnumerable<byte[]> Chain => authority.Chain;

    /// <summary>Answers a request.</summary>
    /// <param name="request">A CreateSigningCertificateRequest.</param>
    /// <param name="bearer">The token of the header <c>Authorization</c>; null for none.</param>
    /// <param name="lie">What is wrong with the answer.</param>
    public JsonObject Sign(JsonElement request, string? bearer, SigstoreLie lie)
    {
        string? inBody = request.TryGetProperty("credentials", out var credentials) ? credentials.GetProperty("oidcIdentityToken").GetString() : null;
        var token = identities.Verify(inBody ?? bearer);
        var key = request.TryGetProperty("certificateSigningRequest", out var signingRequest)
            ? KeyOf(signingRequest.GetBytesFromBase64())
            : KeyOf(request.GetProperty("publicKeyRequest"), token);
        var issuing = lie is SigstoreLie.CertificateByAnotherRoot ? stranger : authority;
        byte[] certificate = issuing.Issue(key, token, time.GetUtcNow(), lie);
        var certificates = new JsonArray([.. issuing.Chain.Prepend(certificate).Select(static der => JsonValue.Create(new string(PemEncoding.Write("CERTIFICATE", der)) + "\n"))]);
        return new JsonObject { ["signedCertificateEmbeddedSct"] = new JsonObject { ["chain"] = new JsonObject { ["certificates"] = certificates } } };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        authority.Dispose();
        stranger.Dispose();
    }

    private static PublicKey KeyOf(JsonElement request, VerifiedToken token)
    {
        PublicKey key;
        try
        {
            var pem = PemEncoding.Find(request.GetProperty("publicKey").GetProperty("content").GetString());
            string text = request.GetProperty("publicKey").GetProperty("content").GetString()!;
            byte[] der = new byte[pem.DecodedDataLength];
            if (!Convert.TryFromBase64Chars(text.AsSpan()[pem.Base64Data], der, out _))
            {
                throw SigstoreRefusalException.Invalid("The public key supplied in the request could not be parsed");
            }

            key = PublicKey.CreateFromSubjectPublicKeyInfo(der, out _);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw SigstoreRefusalException.Invalid("The public key supplied in the request could not be parsed");
        }

        using var ecdsa = key.GetECDsaPublicKey();
        if (ecdsa is null || !ecdsa.VerifyData(
            Encoding.UTF8.GetBytes(token.Name), request.GetProperty("proofOfPossession").GetBytesFromBase64(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
        {
            throw SigstoreRefusalException.Invalid("The signature supplied in the request could not be verified");
        }

        return key;
    }

    // Loading it verifies the signature that proves possession.
    private static PublicKey KeyOf(byte[] signingRequest)
    {
        try
        {
            return CertificateRequest.LoadSigningRequestPem(Encoding.ASCII.GetString(signingRequest), HashAlgorithmName.SHA256).PublicKey;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw SigstoreRefusalException.Invalid("The certificate signing request could not be parsed");
        }
    }
}
