using System.Security.Cryptography;
using Provenance.Attestor.Fulcio;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Witnesses;

namespace Provenance.Attestor.Keyless;

/// <summary>A key that exists in memory only, with its certificate.</summary>
internal sealed class CertifiedKey(KeySigner key, SigstoreInstance instance, IssuedCertificate certificate, DateTimeOffset reusableUntil) : IDisposable
{
    /// <summary>The instance that certified it.</summary>
    public SigstoreInstance Instance => instance;

    /// <summary>The certificate.</summary>
    public IssuedCertificate Certificate => certificate;

    /// <summary>Until when further signatures may be made.</summary>
    public DateTimeOffset ReusableUntil => reusableUntil;

    /// <summary>A new key, for which there is no certificate yet.</summary>
    public static KeySigner NewKey() => KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Signs bytes of which the SHA-256 is given.</summary>
    public CertifiedSignature Sign(ReadOnlyMemory<byte> hash) => new(key.SignHash(hash.Span), instance, certificate);

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
